// Protobuf.

import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { setUp } from "./set-up.js";
import { expose } from "./work.js";

expose("otel-js", async ({ endpoint }) => {
  setUp(new OTLPTraceExporter({ url: endpoint + "/v1/traces" }));
});
