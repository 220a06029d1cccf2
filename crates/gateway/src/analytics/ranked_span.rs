//! The span whose duration is compared with others of its name.

/// The service, the name and the duration of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RankedSpan {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) duration_nano: u64,
}
