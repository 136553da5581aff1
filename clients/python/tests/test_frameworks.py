"""The same service in Flask, Django and FastAPI, each with Twilio's own SDK and its validator."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from apps import django_courier, fastapi_courier, flask_courier

from pytest_relay_phone import Phone, Sandbox, serve_wsgi


@contextmanager
def serve_asgi(app: Any) -> Iterator[str]:
    """Serves an ASGI app in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    sockets = [server.config.bind_socket()]
    # Webhooks wait until the server is there.
    sockets[0].listen()
    thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


APPS: dict[str, Callable[[], Any]] = {
    "Flask": lambda: serve_wsgi(flask_courier.create_app()),
    "Django": lambda: serve_wsgi(django_courier.create_app()),
    "FastAPI": lambda: serve_asgi(fastapi_courier.app),
}


@pytest.mark.parametrize("framework", APPS)
def test_an_app_forwards_a_text(framework: str, sandbox: Sandbox, phone: Phone, courier: Phone) -> None:
    with APPS[framework]() as origin:
        mask = sandbox.number(sms_url=f"{origin}/sms")
        assert phone.text(mask, "Where are you?").status == 200
        assert courier.wait_for_text().body == "Customer: Where are you?"
        sandbox.assert_not_leaked(phone, courier)


@pytest.mark.parametrize("framework", APPS)
def test_an_app_refuses_a_webhook_with_another_signature(framework: str, sandbox: Sandbox, phone: Phone) -> None:
    with APPS[framework]() as origin:
        mask = sandbox.number(sms_url=f"{origin}/sms")
        exchange_of = f"/exchanges?direction=webhook&number={mask.replace('+', '%2B')}"
        phone.text(mask, "Hello")
        [exchange] = sandbox.ask("GET", exchange_of)
        replayed = sandbox.ask("POST", f"/exchanges/{exchange['id']}/replay", {"signature": "broken"})
        assert replayed["exchange"]["status"] == 403
