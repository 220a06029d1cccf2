"""Replaces the X-Ray daemon: sends the document of each datagram to an X-Ray API, prints the response.

Usage: try-xray.py LISTEN API, for instance 127.0.0.1:27501 http://127.0.0.1:27500
"""

import json
import socket
import sys
import urllib.request


def put(api, document):
    body = json.dumps({"TraceSegmentDocuments": [document]}).encode()
    # The API requires credentials, but moto does not check the signature.
    credential = "Credential=test/20260101/us-east-1/xray/aws4_request"
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=none",
    }
    request = urllib.request.Request(f"{api}/TraceSegments", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def main():
    listen, api = sys.argv[1:]
    host, port = listen.rsplit(":", 1)
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.bind((host, int(port)))
    print("listening on {}:{}".format(*daemon.getsockname()), flush=True)
    while True:
        header, _, document = daemon.recv(65536).decode().partition("\n")
        if not document:
            continue
        assert json.loads(header) == {"format": "json", "version": 1}, header
        segment = json.loads(document)
        print(segment["trace_id"], segment["name"], put(api, document), flush=True)


if __name__ == "__main__":
    main()
