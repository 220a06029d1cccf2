// Spans by the OpenTelemetry API, as an application makes them.

import { context, SpanKind, trace } from "@opentelemetry/api";
import { work } from "../work.js";

export function expose(name, init) {
  globalThis.sdk = {
    name,
    init,
    ...work({
      start(name, parent, client) {
        const below = parent ? trace.setSpan(context.active(), parent) : context.active();
        const kind = client ? SpanKind.CLIENT : SpanKind.INTERNAL;
        return trace.getTracer("bench").startSpan(name, { kind }, below);
      },
      set: (span, attributes) => span.setAttributes(attributes),
      end: (span) => span.end(),
      within: (span, work) => context.with(trace.setSpan(context.active(), span), work),
    }),
  };
}
