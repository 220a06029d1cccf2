"""A trace with log records by OpenTelemetry's SDK for Python, exported as protobuf with gzip."""

import logging

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

resource = Resource.create({"service.name": "python"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(compression=Compression.Gzip)))
tracer = provider.get_tracer("program")

logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(compression=Compression.Gzip)))
logger = logging.getLogger("program")
logger.addHandler(LoggingHandler(level=logging.INFO, logger_provider=logs))
logger.setLevel(logging.INFO)
logger.info("program began")

with tracer.start_as_current_span("GET /home", kind=trace.SpanKind.SERVER):
    try:
        with tracer.start_as_current_span("query", kind=trace.SpanKind.CLIENT) as span:
            span.set_attribute("rows", 3)
            logger.error("query failed", extra={"rows": 3})
            raise ValueError("no such table")
    except ValueError:
        pass
    with tracer.start_as_current_span("render"):
        pass
provider.shutdown()
logs.shutdown()
