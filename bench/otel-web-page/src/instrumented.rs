//! The spans of the loop, made with the macros of `tracing` and entered once, as an instrumented function does.

#[cfg(any(feature = "tracing-layer", feature = "tracing-opentelemetry"))]
use tracing_subscriber::layer::SubscriberExt as _;

pub(crate) fn install() {
    #[cfg(feature = "tracing")]
    let subscriber = otel_web::tracing::Subscriber::new();
    #[cfg(feature = "tracing-layer")]
    let subscriber = tracing_subscriber::registry().with(otel_web::tracing::Layer::new());
    #[cfg(feature = "tracing-opentelemetry")]
    let subscriber = {
        let tracer = opentelemetry::global::tracer("bench");
        let bridge = tracing_opentelemetry::layer().with_tracer(tracer);
        tracing_subscriber::registry().with(bridge)
    };
    // Fails if a subscriber is set, which then is this one.
    tracing::subscriber::set_global_default(subscriber).ok();
}

pub(crate) fn run(count: u32) {
    for number in 0..count {
        let span = tracing::info_span!(
            "m.run",
            http.request.method = "GET",
            url.template = "/api/items/{id}",
            app.item.number = number,
            http.response.status_code = 200,
            app.cached = number.is_multiple_of(2),
        );
        span.in_scope(|| ());
    }
}
