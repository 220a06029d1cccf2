//! What the page is made of, from the top left to the bottom right.

pub(crate) mod connection;
mod search_box;
pub(crate) mod top_bar;

mod breakdown;
mod empty;
mod filters;
pub(crate) mod trace_list;
mod trace_row;

mod legend;
mod mini_map;
mod names_handle;
mod ruler;
mod span_row;
mod trace_header;
pub(crate) mod trace_pane;
mod waterfall;

mod attributes;
mod copy;
mod details;
mod long_text;
mod span_events;

pub(crate) mod sinks;

pub(crate) mod help;
mod icon;
pub(crate) mod status_line;
