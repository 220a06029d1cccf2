//! The facts of one trace as a store returns them.

use super::{Outcome, Vitals};
use crate::Breakdown;

/// The facts of one trace as a store returns them, without copies of its texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct RootRow<'a> {
    /// The store's key of the trace.
    pub key: i64,
    /// The start by which the trace is listed.
    pub start_unix_nano: u64,
    pub duration_nano: u64,
    pub service: &'a str,
    pub name: &'a str,
    pub route: &'a str,
    pub outcome: Outcome,
    pub breakdown: Breakdown,
    pub session: &'a str,
    pub user: &'a str,
    pub vitals: Vitals,
    /// Encoded [`Calls`](super::Calls).
    pub calls: &'a [u8],
}
