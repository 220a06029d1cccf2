// A trace with log records by OpenTelemetry's SDK for JavaScript, exported by the exporters that are named: http (JSON)
// or proto.
const { context, trace, SpanKind, SpanStatusCode } = require("@opentelemetry/api");
const { SeverityNumber } = require("@opentelemetry/api-logs");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { BatchLogRecordProcessor, LoggerProvider } = require("@opentelemetry/sdk-logs");
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");

const name = process.argv[2];
const { OTLPLogExporter } = require(`@opentelemetry/exporter-logs-otlp-${name}`);
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${name}`);
const resource = resourceFromAttributes({ "service.name": name });
const provider = new BasicTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
const tracer = provider.getTracer("program");
const logs = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })] });
const logger = logs.getLogger("program");
logger.emit({ severityNumber: SeverityNumber.INFO, severityText: "INFO", body: "program began" });
const root = tracer.startSpan("GET /home", { kind: SpanKind.SERVER });
const below = trace.setSpan(context.active(), root);
const query = tracer.startSpan("query", { kind: SpanKind.CLIENT }, below);
query.setAttribute("rows", 3);
logger.emit({
  severityNumber: SeverityNumber.ERROR,
  severityText: "ERROR",
  body: "query failed",
  attributes: { rows: 3 },
  context: trace.setSpan(below, query),
});
query.recordException(new Error("no such table"));
query.setStatus({ code: SpanStatusCode.ERROR, message: "no such table" });
query.end();
tracer.startSpan("render", {}, below).end();
root.end();
provider.shutdown();
logs.shutdown();
