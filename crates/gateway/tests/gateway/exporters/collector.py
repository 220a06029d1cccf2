"""Reads a collector's configuration and says what no collector would take, one complaint a line.

Usage: collector.py FILE
"""

import re
import sys

import yaml

KINDS = ("extensions", "receivers", "processors", "exporters", "connectors")


def used(config):
    service = config["service"]
    names = {("extensions", name) for name in service["extensions"]}
    connectors = config.get("connectors", {})
    for pipeline in service["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            for name in pipeline.get(kind, []):
                names.add(("connectors" if name in connectors else kind, name))
    return names


def complaints(text):
    config = yaml.safe_load(text)
    for signal in ("logs", "traces"):
        if "otlp" not in config["service"]["pipelines"].get(signal, {}).get("receivers", []):
            yield f"no pipeline receives {signal}, which the servers send"
    configured = {(kind, name) for kind in KINDS for name in config.get(kind, {})}
    for kind, name in sorted(used(config) - configured):
        yield f"{name} is used and not among the {kind}"
    for kind, name in sorted(configured - used(config)):
        yield f"{name} is among the {kind} and not used"
    head = text[: text.index("\nextensions:")]
    for variable in sorted(set(re.findall(r"\$\{env:(\w+)", text))):
        if variable not in head:
            yield f"{variable} is not explained at the head"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = list(complaints(file.read()))
    print("\n".join(found))
    sys.exit(bool(found))
