//! Explanations: what distinguishes selected traces from the rest.
//!
//! An [`Explainer`] gets selected traces and others, and reduces each to *features*: the values of
//! all attributes, the names of spans and whether they failed, how often each occurs, how long each
//! took, clocks that are off, and the start. It ranks them by how well they separate the two groups.
//!
//! # Statistics
//!
//! * A value is tested with Fisher's exact test, on both sides. The p-values are corrected with
//!   Holm's method for all features that occur often enough to be tested, and a feature whose
//!   corrected p-value is 0.001 or more is not reported.
//! * A finding must also matter: the shares of the two groups differ by at least 10 percentage
//!   points.
//! * A number, such as the time in spans of one name, is longer in slow traces by chance alone.
//!   It is reported only if at least half of the selection exceeds twice what 98 % of the rest do
//!   not exceed.
//! * The rank is the mutual information of feature and selection, in bits for all traces, minus
//!   the bits that name the value among those of its key: of two that separate equally well, the
//!   key with fewer values comes first. Attributes of the root and of resources count fully, those
//!   of inner spans 0.85, names of spans 0.75, and measurements of the browser and of times half:
//!   these are more often the symptom than the cause.
//! * Features of almost the same traces are one finding.

mod explainer;
mod explanation;
mod feature;
mod features;
mod statistics;

pub use self::{
    explainer::Explainer,
    explanation::{Explanation, Finding, FindingKind, Group, TimeShare},
};
