//! The spans of the loop, made with the OpenTelemetry API.

use opentelemetry::global;
use opentelemetry::trace::{Span as _, Tracer as _};

pub(crate) fn install() {}

pub(crate) fn run(count: u32) {
    let tracer = global::tracer("bench");
    for number in 0..count {
        let mut span = tracer.start("m.run");
        crate::describe(&mut span, number);
        span.end();
    }
}
