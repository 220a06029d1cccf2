// OpenTelemetry's SDK for browsers, set up as in its README: traces and logs as JSON, its instrumentations, and fetch.

import * as api from "@opentelemetry/api";
import { ErrorsInstrumentation } from "@opentelemetry/browser-instrumentation/experimental/errors";
import { NavigationInstrumentation } from "@opentelemetry/browser-instrumentation/experimental/navigation";
import { NavigationTimingInstrumentation } from "@opentelemetry/browser-instrumentation/experimental/navigation-timing";
import { ResourceTimingInstrumentation } from "@opentelemetry/browser-instrumentation/experimental/resource-timing";
import { UserActionInstrumentation } from "@opentelemetry/browser-instrumentation/experimental/user-action";
import { WebVitalsInstrumentation } from "@opentelemetry/browser-instrumentation/experimental/web-vitals";
import { startBrowserSdk } from "@opentelemetry/browser-sdk";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import { offer, openTelemetry, ratio } from "../work.js";

async function init({ endpoint }) {
  startBrowserSdk({
    serviceName: "bench",
    exportConfig: { url: new URL(endpoint, location.origin).href },
    traces: { sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }) },
  });
  registerInstrumentations({
    instrumentations: [
      new ErrorsInstrumentation(),
      new FetchInstrumentation(),
      new NavigationInstrumentation(),
      new NavigationTimingInstrumentation(),
      new ResourceTimingInstrumentation(),
      new UserActionInstrumentation(),
      new WebVitalsInstrumentation(),
    ],
  });
}

offer("otel-browser", init, openTelemetry(api));
