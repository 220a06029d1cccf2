//! Where things go on the screen: pure functions from a trace to fractions and rows.

pub(crate) mod axis;
pub(crate) mod bar;
pub(crate) mod rows;
pub(crate) mod window;
