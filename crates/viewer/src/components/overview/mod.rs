//! Overviews of many traces: actions, heatmap with explanation, sessions, service map, web vitals, log records.

mod actions;
mod explanation;
mod frame;
mod heatmap;
mod logs;
pub(crate) mod nav;
mod pane;
mod plot;
mod service_map;
mod session;
mod sessions;
mod timeline;
mod vitals;

pub(crate) use self::pane::OverviewPane;
