"""Serves an app on a free port, so that the sandbox can send it webhooks."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from .errors import RelayPhoneError

# What Flask and Django (WSGI), FastAPI and Starlette (ASGI) call an app: their types are not the same.
App = Callable[..., Any]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # The sandbox sends many webhooks at once.
    request_queue_size = 128

    def server_bind(self) -> None:
        # That of HTTPServer looks up the name of this machine, which takes seconds on some networks.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The sandbox records each webhook."""


def serve(app: App) -> AbstractContextManager[str]:
    """Serves an app of WSGI or ASGI."""
    is_asgi = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004
    return serve_asgi(app) if is_asgi else serve_wsgi(app)


@contextmanager
def serve_wsgi(app: App) -> Iterator[str]:
    """Serves a Flask or Django app, or any other of WSGI, in a thread. Gives its origin: http://127.0.0.1:41234."""
    with make_server("127.0.0.1", 0, app, _Server, _QuietHandler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def serve_asgi(app: App) -> Iterator[str]:
    """Serves a FastAPI or Starlette app, or any other of ASGI, with uvicorn in a thread. Gives its origin.

    Raises RelayPhoneError if uvicorn is not installed.
    """
    try:
        import uvicorn
    except ImportError:
        raise RelayPhoneError("An app of ASGI is served with uvicorn, which is not here.\n  Try: pip install uvicorn") from None
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    listening = server.config.bind_socket()
    # Webhooks wait until uvicorn is ready.
    listening.listen(128)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
