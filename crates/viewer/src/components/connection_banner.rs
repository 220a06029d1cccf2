//! The banner that is shown while the gateway cannot be reached.

use yew::prelude::*;

use crate::live::Connection;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct ConnectionBannerProps {
    pub(crate) connection: Connection,
}

/// A single failure is not reported: the next attempt usually succeeds.
const MIN_REPORTED_FAILURES: u32 = 2;

#[component]
pub(crate) fn ConnectionBanner(props: &ConnectionBannerProps) -> Html {
    let is_lost = matches!(
        props.connection,
        Connection::Lost { failures } if failures >= MIN_REPORTED_FAILURES
    );
    html! {
        <div role="status">
            if is_lost {
                <p class="banner">
                    <strong>{ "The gateway cannot be reached." }</strong>
                    { " This page may be out of date. It reconnects automatically." }
                </p>
            }
        </div>
    }
}
