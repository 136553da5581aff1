"""Serves a WSGI app on a free port, so that the sandbox can send it webhooks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """The sandbox records each webhook."""


@contextmanager
def serve_wsgi(app: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> Iterator[str]:
    """Serves a Flask or Django app, or any other of WSGI, in a thread. Gives its origin: http://127.0.0.1:41234."""
    with make_server("127.0.0.1", 0, app, _Server, _QuietHandler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
