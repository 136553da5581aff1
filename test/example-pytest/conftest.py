"""Fixtures for tests that send texts. `sandbox` and `phone` come from pytest-relay-phone."""
import os

import pytest
from courier import deliveries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courier.settings")


@pytest.fixture(scope="session")
def app(serve_app):
    """Serves the app on a free port. Returns its settings."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    settings.SITE_ORIGIN = serve_app(get_wsgi_application())
    return settings


@pytest.fixture(autouse=True)
def no_deliveries():
    """Restores the app after each test. The sandbox restores itself."""
    yield
    deliveries.customers.clear()
    deliveries.statuses.clear()


@pytest.fixture
def mask(app, sandbox):
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
