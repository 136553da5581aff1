import re

import pytest
from app import app


@pytest.fixture
def number(sandbox, serve_app):
    return sandbox.number(sms_url=f"{serve_app(app)}/sms")


def test_the_app_sends_a_code(number, phone):
    phone.text(number, "code")
    assert phone.wait_for_text(re.compile(r"\d{6}")).sender == number
