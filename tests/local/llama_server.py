"""Stands for llama.cpp's llama-server: its arguments, its 503 while it loads, one fixed reply.

It notes its process, and that of a child it starts, in the file LLAMA_TEST_NOTES names.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPLY = '<file path="b.py">\nprint("from the local model")\n</file>'


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", dest="model", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("-c", dest="context", type=int, required=True)
    parser.add_argument("-t", dest="threads", type=int)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--jinja", action="store_true", required=True)
    options = parser.parse_args()
    if "broken" in options.model:
        print("error: \x1b[31mmodel file is damaged", flush=True)
        sys.exit(3)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    notes = {"pid": os.getpid(), "child": child.pid, **vars(options)}
    Path(os.environ["LLAMA_TEST_NOTES"]).write_text(json.dumps(notes), encoding="utf-8")
    ready = time.monotonic() + (600 if "endless" in options.model else 0.4)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            if time.monotonic() < ready:
                self.answer(503, {"error": {"message": "Loading model"}})
            elif self.path == "/v1/models":
                self.answer(200, {"data": [{"id": options.alias}]})
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            assert body["model"] == options.alias
            message = {"role": "assistant", "content": REPLY}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self.answer(200, {"object": "chat.completion", "choices": [choice]})

        def answer(self, status: int, data: object) -> None:
            raw = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    ThreadingHTTPServer((options.host, options.port), Handler).serve_forever()


main()
