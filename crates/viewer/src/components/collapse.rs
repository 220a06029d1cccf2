//! Collapsing and expanding spans. The address holds which spans are collapsed.

use trace_model::Trace;

use crate::{hooks::Url, span_ref::SpanRef};

pub(super) fn is_collapsed(url: &Url, trace: &Trace, index: usize) -> bool {
    url.view.collapsed.contains(&SpanRef::of(trace, index))
}

pub(super) fn toggle(url: &Url, trace: &Trace, index: usize) {
    set_collapsed(url, trace, index, !is_collapsed(url, trace, index));
}

/// Does nothing for a span without descendants.
pub(super) fn set_collapsed(url: &Url, trace: &Trace, index: usize, collapsed: bool) {
    let has_descendants = trace.nodes()[index].descendants > 0;
    if has_descendants && is_collapsed(url, trace, index) != collapsed {
        let span = SpanRef::of(trace, index);
        url.replace(&url.view.with_collapsed(span, collapsed));
    }
}
