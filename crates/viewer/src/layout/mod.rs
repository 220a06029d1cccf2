//! Positions on the screen: pure functions from a trace to fractions and rows.

pub(crate) mod axis;
pub(crate) mod bar;
pub(crate) mod collapsed;
pub(crate) mod flame;
pub(crate) mod found;
pub(crate) mod log_rows;
pub(crate) mod marks;
pub(crate) mod names;
pub(crate) mod path_line;
pub(crate) mod rows;
pub(crate) mod services;
pub(crate) mod spread;
pub(crate) mod window;
pub(crate) mod zoom;
