from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from courier import deliveries


def test_a_customers_text_reaches_the_courier_from_the_mask(mask, customer, courier, sandbox):
    assert customer.text(mask, "Where are you?").status == 200
    sandbox.clock.advance("1m")
    assert courier.wait_for_text(sender=mask).body == "Customer: Where are you?"


def test_neither_side_ever_sees_the_others_number(mask, customer, courier, sandbox):
    customer.text(mask, "Where are you?")
    courier.text(mask, "Round the corner")
    sandbox.clock.advance("1m")
    assert customer.wait_for_text(sender=mask).body == "Courier: Round the corner"
    sandbox.assert_not_leaked(courier, customer)


def test_a_courier_without_a_customer_gets_an_explanation(mask, courier, sandbox):
    courier.text(mask, "Hello?")
    sandbox.clock.advance("1m")
    assert courier.wait_for_text().body == "There is no customer yet."


def test_an_announcement_is_delivered_after_the_clock_advances(mask, customer, sandbox):
    sid = deliveries.announce(customer.number)
    assert customer.texts() == []
    sandbox.clock.advance("1m")
    assert [text.body for text in customer.texts()] == ["Your parcel is on its way. Reply to reach your courier."]
    assert deliveries.statuses[sid] == "delivered"


def test_an_undelivered_announcement_is_recorded(mask, customer, sandbox):
    customer.behave(undelivered=30003)
    sid = deliveries.announce(customer.number)
    sandbox.clock.advance("1m")
    assert deliveries.statuses[sid] == "undelivered"


def test_an_unsigned_webhook_is_rejected(app):
    form = urlencode({"From": "+12125550190", "Body": "Hello"}).encode()
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{app.SITE_ORIGIN}/twilio/text", form, timeout=10)
    assert refused.value.code == 403
