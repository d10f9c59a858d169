"""llama.cpp's own HTTP server out of the package xllamacpp, on 127.0.0.1, until it is stopped.

python -m autocoder_tui.local.xllamacpp_server MODEL.gguf PORT CONTEXT THREADS NAME
(THREADS 0: as many as the library chooses.)
"""

from __future__ import annotations

import sys
import threading
from typing import Any


def main() -> None:
    model, port, context, threads, name = sys.argv[1:6]
    import xllamacpp

    parameters: Any = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    parameters.n_ctx = int(context)
    parameters.n_parallel = 1
    if int(threads):
        parameters.cpuparams.n_threads = int(threads)
        parameters.cpuparams_batch.n_threads = int(threads)
    parameters.model_alias = {name}
    parameters.use_jinja = True
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
