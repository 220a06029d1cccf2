//! The building blocks of pages.

pub(crate) mod account_page;
pub(crate) mod activity;
pub(crate) mod avatar;
pub(crate) mod compose_form;
pub(crate) mod dialogs;
pub(crate) mod feed;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod link;
pub(crate) mod logo;
pub(crate) mod message;
pub(crate) mod messages;
pub(crate) mod more_menu;
pub(crate) mod navigation;
pub(crate) mod notice;
pub(crate) mod page_header;
pub(crate) mod password_field;
pub(crate) mod profile_form;
pub(crate) mod search_box;
pub(crate) mod session_list;
pub(crate) mod sidebar;
pub(crate) mod skeleton;
pub(crate) mod skip_link;
pub(crate) mod toasts;
pub(crate) mod user_link;
