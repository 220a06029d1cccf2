//! The components of the page.

// The top of the page.
pub(crate) mod connection_banner;
mod search_box;
pub(crate) mod top_bar;

// The trace list.
mod breakdown;
mod filters;
mod notices;
pub(crate) mod trace_list;
mod trace_row;

// The open trace.
mod collapse;
mod compare;
pub(crate) mod comparison;
mod flame_graph;
mod honeycomb;
mod legend;
mod mini_map;
mod names_handle;
mod raw;
mod ruler;
mod siblings_row;
mod span_row;
mod statistics;
mod trace_header;
mod trace_keys;
pub(crate) mod trace_pane;
mod trace_tabs;
mod trace_tools;
pub(crate) mod trace_view;
mod verdict;
mod waterfall;
pub(crate) mod xray;

// The details of a span.
mod attributes;
mod back_button;
mod copy_button;
mod details;
mod logs;
mod long_text;
mod page_time;
mod span_events;

// Overviews of many traces.
pub(crate) mod overview;

pub(crate) mod data;
pub(crate) mod sinks;

mod dialog;
mod guide;
pub(crate) mod help;
mod icon;
mod link;
pub(crate) mod status_bar;
