"""A trace by OpenTelemetry's SDK for Python, exported as protobuf with gzip."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "python"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(compression=Compression.Gzip)))
tracer = provider.get_tracer("program")

with tracer.start_as_current_span("GET /home", kind=trace.SpanKind.SERVER):
    try:
        with tracer.start_as_current_span("query", kind=trace.SpanKind.CLIENT) as span:
            span.set_attribute("rows", 3)
            raise ValueError("no such table")
    except ValueError:
        pass
    with tracer.start_as_current_span("render"):
        pass
provider.shutdown()
