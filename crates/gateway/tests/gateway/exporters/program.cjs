// A trace by OpenTelemetry's SDK for JavaScript, exported by the exporter that is named: http (JSON) or proto.
const { context, trace, SpanKind, SpanStatusCode } = require("@opentelemetry/api");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");

const name = process.argv[2];
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${name}`);
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": name }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
const tracer = provider.getTracer("program");
const root = tracer.startSpan("GET /home", { kind: SpanKind.SERVER });
const below = trace.setSpan(context.active(), root);
const query = tracer.startSpan("query", { kind: SpanKind.CLIENT }, below);
query.setAttribute("rows", 3);
query.recordException(new Error("no such table"));
query.setStatus({ code: SpanStatusCode.ERROR, message: "no such table" });
query.end();
tracer.startSpan("render", {}, below).end();
root.end();
provider.shutdown();
