// Protobuf.

import * as api from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { offer, openTelemetry } from "../work.js";
import { setUp } from "./set-up.js";

const init = async ({ endpoint }) => setUp(new OTLPTraceExporter({ url: endpoint + "/v1/traces" }));

offer("otel-js", init, openTelemetry(api));
