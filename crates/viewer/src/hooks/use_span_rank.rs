//! Compares the selected span with others of its name in the store.

use otel_web_yew::use_load;
use trace_model::{Trace, overview::SpanRank};
use yew::{
    functional::{UseStateSetter, use_state_eq},
    hook,
};

use crate::{
    gateway::{self, Initiator},
    shared::Shared,
    standalone::is_standalone,
};

/// With fewer spans, a rank says nothing.
const MIN_SPANS: u64 = 20;

/// Returns the rank of a span, unless there are too few others. `None` also while it is loaded.
#[hook]
pub(crate) fn use_span_rank(trace: &Shared<Trace>, index: usize) -> Option<SpanRank> {
    let rank = use_state_eq(|| None::<(String, SpanRank)>);
    let path = path(trace, index);
    use_load(path.clone(), {
        let rank = rank.setter();
        move |path| load(path, rank)
    });
    // The span that was selected before may have another one.
    let (loaded, rank) = (*rank).clone()?;
    (loaded == path && rank.spans >= MIN_SPANS).then_some(rank)
}

async fn load(path: String, rank: UseStateSetter<Option<(String, SpanRank)>>) {
    if is_standalone() {
        return;
    }
    // In the background: a failure leaves out one line.
    let loaded = gateway::overview(&path, "/api/span-rank", Initiator::Background).await;
    rank.set(loaded.ok().map(|loaded| (path, loaded)));
}

/// The spans of the same action are compared.
fn path(trace: &Trace, index: usize) -> String {
    let (root, span) = (&trace.nodes()[0].span, &trace.nodes()[index].span);
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    format!(
        "api/span-rank?name={}&service={}&span_service={}&span_name={}&span_nano={}",
        encoded(&root.name),
        encoded(root.service()),
        encoded(span.service()),
        encoded(&span.name),
        span.duration_nano()
    )
}
