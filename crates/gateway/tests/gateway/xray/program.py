"""A program as AWS documents it: a segment, subsegments, metadata, annotations, an exception.

Sends to AWS_XRAY_DAEMON_ADDRESS; needs the package aws_xray_sdk."""

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.models import http

xray_recorder.configure(service="backend-flask", sampling=False, context_missing="LOG_ERROR")

segment = xray_recorder.begin_segment("backend-flask")
segment.put_http_meta(http.METHOD, "GET")
segment.put_http_meta(http.URL, "http://127.0.0.1:4567/api/activities/home")
with xray_recorder.in_subsegment("home-activities") as subsegment:
    subsegment.put_annotation("user", "andrew")
    subsegment.put_metadata("counts", {"results": 3}, "cruddur")
with xray_recorder.in_subsegment("db.example.com", namespace="remote") as subsegment:
    subsegment.set_sql({"sanitized_query": "SELECT 1", "database_type": "PostgreSQL"})
try:
    with xray_recorder.in_subsegment("failing"):
        raise ValueError("no such user")
except ValueError:
    pass
segment.put_http_meta(http.STATUS, 500)
xray_recorder.end_segment()

# More subsegments than a datagram should hold are sent on their own, before their segment.
xray_recorder.configure(streaming_threshold=1)
xray_recorder.begin_segment("batch")
with xray_recorder.in_subsegment("outer"):
    for number in range(3):
        with xray_recorder.in_subsegment(f"step-{number}"):
            pass
xray_recorder.end_segment()
