"""The same service in Flask, Django and FastAPI, each with Twilio's own SDK and its validator."""

import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest
from apps import django_courier, fastapi_courier, flask_courier

from pytest_relay_phone import Phone, RelayPhoneError, Sandbox, serve_asgi, serve_wsgi
from pytest_relay_phone.serve import serve

APPS: dict[str, Callable[[], Any]] = {
    "Flask": lambda: serve(flask_courier.create_app()),
    "Django": lambda: serve(django_courier.create_app()),
    "FastAPI": lambda: serve(fastapi_courier.app),
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


def test_an_app_is_served_although_the_name_of_this_machine_cannot_be_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object) -> str:
        raise OSError("no such host")

    monkeypatch.setattr(socket, "getfqdn", look_up)
    with serve_wsgi(lambda environ, start: [b""]) as origin:
        assert origin.startswith("http://127.0.0.1:")


def test_an_asgi_app_without_uvicorn_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(RelayPhoneError, match="pip install uvicorn"), serve_asgi(fastapi_courier.app):
        pass
