//! One file per route.

mod confirm;
mod forgot;
mod home;
mod messages;
mod more;
mod not_found;
mod notifications;
mod profile;
mod search;
mod sign_in;
mod sign_up;
mod status;

pub(crate) use confirm::Confirm;
pub(crate) use forgot::Forgot;
pub(crate) use home::Home;
pub(crate) use messages::MessagesPage;
pub(crate) use more::More;
pub(crate) use not_found::NotFound;
pub(crate) use notifications::Notifications;
pub(crate) use profile::ProfilePage;
pub(crate) use search::SearchPage;
pub(crate) use sign_in::SignIn;
pub(crate) use sign_up::SignUp;
pub(crate) use status::StatusPage;
