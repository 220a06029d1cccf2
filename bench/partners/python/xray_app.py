"""A Flask application with AWS's X-Ray SDK, which reads `X-Amzn-Trace-Id` and sends segments by UDP."""

import os

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from flask import Flask

app = Flask(__name__)
xray_recorder.configure(service="xray-flask")
XRayMiddleware(app, xray_recorder)


@app.get("/items/<item>")
def item(item):
    return "an item"


if __name__ == "__main__":
    host, port = os.environ["PARTNER_LISTEN"].split(":")
    app.run(host=host, port=int(port))
