"""Calls of a Flask app: keys, words, a forwarded call, and waiting for each."""

import re

import pytest
from twilio.rest import Client

from pytest_relay_phone import Phone, Sandbox, SandboxRefusal, Unmet


def test_a_caller_presses_a_key_and_is_connected(mask: str, phone: Phone, courier: Phone, sandbox: Sandbox) -> None:
    call = phone.call(mask)
    assert call.wait_for_heard("Press 1") == "Press 1 for your courier"
    call.wait_until_asked()
    call.press("1")
    answering = courier.wait_for_call()
    answering.wait_until_answered()
    assert answering.log().shown == mask
    answering.say("Your courier speaking")
    assert call.wait_for_heard(re.compile("courier speaking")) == "Your courier speaking"
    call.say("Thank you")
    answering.wait_for_heard("Thank you")
    call.hang_up()
    assert answering.wait_until_ended().state == "ended"
    assert [one.direction for one in courier.calls()] == ["incoming"]
    assert call.heard[0] == "Press 1 for your courier"
    sandbox.assert_not_leaked(phone, courier)


def test_another_key_ends_the_call(mask: str, phone: Phone) -> None:
    call = phone.call(mask)
    call.wait_until_asked()
    call.press("2")
    call.wait_for_heard("Goodbye")
    assert call.wait_until_ended().answered_at is not None


def test_a_phone_answers_or_declines_when_the_test_says_so(sandbox: Sandbox, phone: Phone) -> None:
    phone.behave(calls="no-answer")

    def ring() -> None:
        Client().calls.create(from_=sandbox.main_number, to=phone.number, twiml="<Response><Say>Hello</Say></Response>")

    ring()
    first = phone.wait_for_call()
    first.answer()
    first.wait_for_heard("Hello")
    first.wait_until_ended()
    ring()
    second = phone.wait_for_call()
    assert second.sid != first.sid
    second.reject()
    with pytest.raises(Unmet, match="was rejected, not answered"):
        second.wait_until_answered()
    with pytest.raises(SandboxRefusal):
        second.answer()
    with pytest.raises(Unmet, match="got no call within 0 s"):
        phone.wait_for_call(timeout=0)


def test_a_wait_says_what_was_heard_instead(mask: str, phone: Phone) -> None:
    call = phone.call(mask)
    call.wait_until_asked()
    with pytest.raises(Unmet) as unmet:
        call.wait_for_heard("Press 2", timeout=0.1)
    assert str(unmet.value).splitlines()[:3] == [
        f"+12025550190 heard nothing that contains 'Press 2' in the call with {mask} within 0.1 s. The call is talking.",
        "It heard:",
        "  say: 'Press 1 for your courier'",
    ]
    call.hang_up()
    with pytest.raises(Unmet, match="ended, and was not asked"):
        call.wait_until_asked()
