//! One file per route.

mod home;
mod not_found;
mod notifications;
mod profile;
mod search;
mod sign_in;
mod status;

pub(crate) use home::Home;
pub(crate) use not_found::NotFound;
pub(crate) use notifications::Notifications;
pub(crate) use profile::ProfilePage;
pub(crate) use search::SearchPage;
pub(crate) use sign_in::SignIn;
pub(crate) use status::StatusPage;
