"""A Flask application without a line of telemetry: `opentelemetry-instrument` adds it."""

import os

from flask import Flask

app = Flask(__name__)


@app.get("/items/<item>")
def item(item):
    return "an item"


if __name__ == "__main__":
    host, port = os.environ["PARTNER_LISTEN"].split(":")
    app.run(host=host, port=int(port))
