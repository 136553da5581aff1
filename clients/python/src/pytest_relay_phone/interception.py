"""Leads the requests of this process to the sandbox, those of clients that ignore the proxy variables included."""

from __future__ import annotations

import base64
import select
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

DOMAIN = "twilio.com"


class Interception:
    """The tunnels of this process into the proxy of the sandbox, one for each host. Close it when the tests are over."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._proxy = urlsplit(environment["HTTPS_PROXY"])
        self._tunnels: dict[tuple[str, int], socketserver.ThreadingTCPServer] = {}
        self._lock = threading.Lock()
        # Somebody may have replaced it before.
        self._resolve = socket.getaddrinfo

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Sets the variables, and answers every look-up of a host of Twilio with a port on this machine."""
        for name, value in self._environment.items():
            patch.setenv(name, value)
        patch.setattr(socket, "getaddrinfo", self._look_up)
        # aiohttp reads the certificates when it is imported. Those of the sandbox's authority are for Twilio's hosts only.
        connector = sys.modules.get("aiohttp.connector")
        context = getattr(connector, "_SSL_CONTEXT_VERIFIED", None)
        if context is not None:
            context.load_verify_locations(cafile=self._environment["SSL_CERT_FILE"])

    def close(self) -> None:
        for tunnel in self._tunnels.values():
            tunnel.shutdown()
            tunnel.server_close()
        self._tunnels.clear()

    def _look_up(self, host: Any, port: Any, *others: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and f".{name.lower().rstrip('.')}".endswith(f".{DOMAIN}"):
            host, port = self._tunnel_to(name.rstrip("."), int(port or 443))
        return self._resolve(host, port, *others, **named)

    def _tunnel_to(self, host: str, port: int) -> tuple[str, int]:
        with self._lock:
            if (host, port) not in self._tunnels:
                self._tunnels[host, port] = _open_tunnel(lambda client: self._serve(client, host, port))
            address = self._tunnels[host, port].server_address
            return str(address[0]), int(address[1])

    def _serve(self, client: socket.socket, host: str, port: int) -> None:
        credentials = base64.b64encode(f"{self._proxy.username}:{self._proxy.password}".encode()).decode()
        with socket.create_connection((self._proxy.hostname or "", self._proxy.port or 0)) as proxy:
            head = f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nProxy-Authorization: Basic {credentials}\r\n\r\n"
            proxy.sendall(head.encode())
            if _read_head(proxy).split(b" ")[1:2] == [b"200"]:
                _pump(client, proxy)


def _open_tunnel(serve: Callable[[socket.socket], None]) -> socketserver.ThreadingTCPServer:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                serve(self.request)
            except OSError:
                # The client sees its own connection end.
                return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=True)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def _read_head(connection: socket.socket) -> bytes:
    """Reads the head of an answer, and nothing after it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            break
        head += byte
    return head


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Passes on what either side sends, until one of them closes."""
    while True:
        for side in select.select([one, other], [], [])[0]:
            received = side.recv(65536)
            if not received:
                return
            (other if side is one else one).sendall(received)
