//! The page with telemetry: each click is a trace with its request.

pub(crate) use otel_web::fetch::Request;

pub(crate) fn install() {
    otel_web::Telemetry::builder("size-probe")
        .endpoint("/otlp")
        .install();
}

pub(crate) fn act(work: impl Future<Output = ()> + 'static) {
    otel_web::action("probe.load").start().run(work);
}
