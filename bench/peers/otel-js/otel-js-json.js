// JSON.

import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { setUp } from "./set-up.js";
import { expose } from "./work.js";

expose("otel-js-json", async ({ endpoint }) => {
  setUp(new OTLPTraceExporter({ url: endpoint + "/v1/traces" }));
});
