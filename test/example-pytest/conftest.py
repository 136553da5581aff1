"""Fixtures for tests that send texts: relay-phone exec --clock manual -- pytest"""
import os
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from sandbox import Sandbox

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courier.settings")


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def app():
    """Serves the app on a free port. Returns its settings."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SITE_ORIGIN = f"http://127.0.0.1:{server.server_port}"
    yield settings
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def sandbox():
    return Sandbox()


@pytest.fixture(autouse=True)
def same_state(sandbox):
    """Restores the sandbox and the app after each test, so that tests are independent."""
    from courier import deliveries

    before = sandbox.ask("GET", "/snapshot")
    yield
    sandbox.ask("POST", "/restore", before)
    deliveries.customers.clear()
    deliveries.statuses.clear()


@pytest.fixture
def mask(app):
    """Buys a number for the app, with Twilio's SDK as in production. Returns the number."""
    from twilio.rest import Client

    client = Client(app.TWILIO_ACCOUNT_SID, app.TWILIO_AUTH_TOKEN)
    found = client.available_phone_numbers("US").local.list(limit=1)
    app.MASK = found[0].phone_number
    client.incoming_phone_numbers.create(phone_number=app.MASK, sms_url=f"{app.SITE_ORIGIN}/twilio/text")
    return app.MASK


@pytest.fixture
def courier(app, sandbox):
    return sandbox.phone(app.COURIER)


@pytest.fixture
def customer(sandbox):
    return sandbox.phone("+12125550190")


@pytest.fixture
def clock(sandbox):
    """Time does not pass without `clock.advance`."""
    return sandbox
