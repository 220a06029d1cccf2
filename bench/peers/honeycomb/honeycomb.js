// Honeycomb's distribution, set up as in its README for sending to a collector.

import { HoneycombWebSDK, WebVitalsInstrumentation } from "@honeycombio/opentelemetry-web";
import * as api from "@opentelemetry/api";
import { getWebAutoInstrumentations } from "@opentelemetry/auto-instrumentations-web";
import { offer, openTelemetry, ratio } from "../work.js";

async function init({ endpoint }) {
  const sdk = new HoneycombWebSDK({
    endpoint: new URL(endpoint, location.origin).href,
    serviceName: "bench",
    skipOptionsValidation: true,
    // The inverse of the ratio; 0 samples nothing.
    sampleRate: ratio && Math.round(1 / ratio),
    instrumentations: [getWebAutoInstrumentations(), new WebVitalsInstrumentation()],
  });
  sdk.start();
}

offer("honeycomb", init, openTelemetry(api));
