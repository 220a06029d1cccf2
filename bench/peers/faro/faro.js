// Grafana Faro with tracing, set up as in its quick start for browsers.

import { getWebInstrumentations, initializeFaro } from "@grafana/faro-web-sdk";
import { TracingInstrumentation } from "@grafana/faro-web-tracing";
import * as api from "@opentelemetry/api";
import { offer, openTelemetry, ratio } from "../work.js";

async function init({ endpoint }) {
  initializeFaro({
    url: endpoint + "/v1/collect",
    app: { name: "bench", version: "1.0.0", environment: "production" },
    sessionTracking: { samplingRate: ratio },
    instrumentations: [...getWebInstrumentations(), new TracingInstrumentation()],
  });
}

offer("faro", init, openTelemetry(api));
