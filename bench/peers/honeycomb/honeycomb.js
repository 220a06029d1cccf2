// Honeycomb's distribution, set up as its README does, sending to a collector as its README does that.

import { HoneycombWebSDK, WebVitalsInstrumentation } from "@honeycombio/opentelemetry-web";
import * as api from "@opentelemetry/api";
import { getWebAutoInstrumentations } from "@opentelemetry/auto-instrumentations-web";
import { offer, openTelemetry, ratio } from "../work.js";

async function init({ endpoint }) {
  const sdk = new HoneycombWebSDK({
    endpoint: new URL(endpoint, location.origin).href,
    serviceName: "bench",
    skipOptionsValidation: true,
    // One of so many; 0 for none.
    sampleRate: ratio && Math.round(1 / ratio),
    instrumentations: [getWebAutoInstrumentations(), new WebVitalsInstrumentation()],
  });
  sdk.start();
}

offer("honeycomb", init, openTelemetry(api));
