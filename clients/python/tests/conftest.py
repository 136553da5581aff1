"""What the tests of the package share: the relay-phone of this checkout, and the apps."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from apps import flask_courier
from flask import Flask

from pytest_relay_phone import Phone, Sandbox, serve_wsgi

pytest_plugins = ["pytester"]

PROGRAM = Path(__file__).parents[3] / "bin" / "relay-phone.js"
if PROGRAM.exists():
    os.environ.setdefault("RELAY_PHONE", shlex.join(["node", str(PROGRAM)]))


@pytest.fixture
def courier(sandbox: Sandbox) -> Phone:
    return sandbox.phone(flask_courier.COURIER)


@pytest.fixture
def app(sandbox: Sandbox) -> Flask:
    """The Flask app, made while the environment is that of the sandbox."""
    return flask_courier.create_app()


@pytest.fixture
def mask(app: Flask, sandbox: Sandbox) -> Iterator[str]:
    """A number of the account whose texts and calls go to the Flask app."""
    with serve_wsgi(app) as origin:
        yield sandbox.number(sms_url=f"{origin}/sms", voice_url=f"{origin}/voice")
