//! Props shared by the parts of an activity card.

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ActivityProps {
    pub(crate) activity: Rc<Activity>,
}
