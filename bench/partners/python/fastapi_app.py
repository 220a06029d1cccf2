"""A FastAPI application without a line of telemetry: `opentelemetry-instrument` adds it."""

import os

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item}")
async def item(item: str):
    return "an item"


if __name__ == "__main__":
    host, port = os.environ["PARTNER_LISTEN"].split(":")
    uvicorn.run(app, host=host, port=int(port), log_level="warning")
