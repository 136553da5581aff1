from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from courier import deliveries


def test_a_customers_text_reaches_the_courier_from_the_mask(mask, customer, courier, clock):
    webhook = customer.text(mask, "Where are you?")
    assert webhook["status"] == 200
    clock.advance("1m")
    assert courier.texts() == [(mask, "Customer: Where are you?")]


def test_neither_side_ever_sees_the_others_number(mask, customer, courier, clock, sandbox):
    customer.text(mask, "Where are you?")
    courier.text(mask, "Round the corner")
    clock.advance("1m")
    assert customer.texts() == [(mask, "Courier: Round the corner")]
    assert sandbox.exposures(courier.number) == []
    assert sandbox.exposures(customer.number) == []


def test_a_courier_without_a_customer_gets_an_explanation(mask, courier, clock):
    courier.text(mask, "Hello?")
    clock.advance("1m")
    assert courier.texts() == [(mask, "There is no customer yet.")]


def test_an_announcement_is_delivered_after_the_clock_advances(mask, customer, clock):
    sid = deliveries.announce(customer.number)
    assert customer.texts() == []
    clock.advance("1m")
    assert [body for _, body in customer.texts()] == ["Your parcel is on its way. Reply to reach your courier."]
    assert deliveries.statuses[sid] == "delivered"


def test_an_undelivered_announcement_is_recorded(mask, customer, clock):
    customer.refuse_texts(30003)
    sid = deliveries.announce(customer.number)
    clock.advance("1m")
    assert deliveries.statuses[sid] == "undelivered"


def test_an_unsigned_webhook_is_rejected(app):
    form = urlencode({"From": "+12125550190", "Body": "Hello"}).encode()
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{app.SITE_ORIGIN}/twilio/text", form, timeout=10)
    assert refused.value.code == 403
