// Sentry for browsers, with tracing. It sends a request for each trace, with at most 64 at the same time.

import * as Sentry from "@sentry/browser";
import { offer, ratio } from "../work.js";

async function init({ endpoint }) {
  Sentry.init({
    dsn: "https://key@sentry.invalid/1",
    tunnel: endpoint + "/v1/envelope",
    integrations: [Sentry.browserTracingIntegration()],
    tracesSampleRate: ratio,
  });
}

offer("sentry", init, {
  together: 500,
  start: (name, parent, isClient) =>
    Sentry.startInactiveSpan({
      name,
      op: isClient ? "http.client" : "function",
      parentSpan: parent ?? null,
      forceTransaction: !parent,
    }),
  set: (span, attributes) => span.setAttributes(attributes),
  end: (span) => span.end(),
  within: (span, work) => Sentry.withActiveSpan(span, work),
});
