"""Texts of a Flask app: waiting, delivery, leaks, faults, alerts, and the clock."""

import re
import threading
import time
from datetime import timedelta

import pytest
from flask import Flask
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from pytest_relay_phone import Phone, Sandbox, SandboxRefusal, Unmet, UnsupportedWarning


def test_a_text_reaches_the_app_and_its_answer_comes_back(mask: str, phone: Phone, courier: Phone) -> None:
    result = phone.text(mask, "Where are you?")
    assert result.status == 200
    assert [reply.body for reply in result.replies] == ["We have told the courier."]
    assert courier.wait_for_text(sender=mask).body == "Customer: Where are you?"
    assert phone.wait_for_text("told the courier").sender == mask


@pytest.mark.parametrize("matching", ["123456", re.compile(r"\d{6}"), lambda text: text.body.endswith("6")])
def test_a_wait_takes_a_part_a_pattern_or_a_function(mask: str, phone: Phone, matching) -> None:  # type: ignore[no-untyped-def]
    phone.text(mask, "code")
    assert phone.wait_for_text(matching).body == "Your code is 123456"


def test_each_wait_returns_another_text_in_any_order(mask: str, phone: Phone) -> None:
    for body in ["one", "two", "three"]:
        Client().messages.create(from_=mask, to=phone.number, body=body)
    assert phone.wait_for_text("three").body == "three"
    assert [phone.wait_for_text().body, phone.wait_for_text().body] == ["one", "two"]
    with pytest.raises(Unmet):
        phone.wait_for_text(timeout=0)
    assert len(phone.texts()) == 3


@pytest.mark.parametrize("run", [1, 2])
def test_a_test_begins_with_what_the_session_has(run: int, sandbox: Sandbox, phone: Phone) -> None:
    assert phone.texts() == []
    assert [number["number"] for number in sandbox.ask("GET", "/numbers")] == [sandbox.main_number]
    assert sandbox.ask("GET", "/faults") == []
    Client().messages.create(from_=sandbox.main_number, to=phone.number, body="Hello")
    assert phone.wait_for_text().body == "Hello"
    sandbox.fail(path="Messages")


def test_a_wait_ends_although_the_time_is_frozen(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["time", "monotonic", "perf_counter"]:
        monkeypatch.setattr(time, name, lambda: 0.0)
    with pytest.raises(Unmet):
        phone.wait_for_text(timeout=0.1)


def test_an_undelivered_text_has_its_code(sandbox: Sandbox, phone: Phone) -> None:
    phone.behave(undelivered=30003)
    sid = Client().messages.create(from_=sandbox.main_number, to=phone.number, body="Hello").sid
    sandbox.wait_until_quiet(sandbox.traces()[0].trace_id)
    message = Client().messages(sid).fetch()
    assert (message.status, message.error_code) == ("undelivered", 30003)


def test_a_fault_makes_requests_of_the_app_fail_until_it_is_removed(sandbox: Sandbox, phone: Phone) -> None:
    def send() -> None:
        Client().messages.create(from_=sandbox.main_number, to=phone.number, body="Hello")

    with sandbox.fail(method="POST", path="Messages", status=400, code=21610, message="Unsubscribed") as fault:
        with pytest.raises(TwilioRestException) as refused:
            send()
        assert (refused.value.status, refused.value.code, fault.hits) == (400, 21610, 1)
    send()


def test_masking_holds_or_the_leak_is_named(app: Flask, mask: str, sandbox: Sandbox, phone: Phone, courier: Phone) -> None:
    phone.text(mask, "Hello")
    courier.wait_for_text()
    sandbox.assert_not_leaked(phone, courier)
    app.config["BUG"] = "leak"
    phone.text(mask, "Hello")
    courier.wait_for_text()
    with pytest.raises(Unmet, match=re.escape("+13015550195 saw '+12025550190' (body): '+12025550190: Hello'")):
        sandbox.assert_not_leaked(phone)
    sandbox.assert_not_leaked(phone, allowed=(courier,))


def test_a_failed_webhook_is_in_the_result_and_in_the_alerts(app: Flask, mask: str, sandbox: Sandbox, phone: Phone) -> None:
    app.config["BUG"] = "crash"
    result = phone.text(mask, "Hello")
    assert result.status == 500
    assert result.webhook is not None
    assert result.webhook.error_code == 11217
    assert result.alerts == sandbox.alerts()
    assert [alert.error_code for alert in result.alerts] == [11217]


def test_the_clock_of_the_sandbox_is_real_unless_the_settings_say_otherwise(sandbox: Sandbox) -> None:
    assert not sandbox.clock.is_manual
    with pytest.raises(SandboxRefusal, match="the clock is real"):
        sandbox.clock.advance(timedelta(seconds=5))


def test_a_refusal_says_what_failed_and_why(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxRefusal, match=r"Failed to .*: the account does not own \+12125550199"):
        sandbox.phone("+12125550190").text("+12125550199", "Hello")


def test_a_number_can_be_chosen(sandbox: Sandbox) -> None:
    assert sandbox.number("+1 (202) 555-0177", sms_url="http://127.0.0.1:9/sms") == "+12025550177"
    sandbox.number("+12025550177", voice_url="http://127.0.0.1:9/voice")
    sandbox.number(sandbox.main_number, sms_url="http://127.0.0.1:9/main")
    main, chosen = sorted(sandbox.ask("GET", "/numbers"), key=lambda one: one["number"] == "+12025550177")
    assert main["sms"]["url"] == "http://127.0.0.1:9/main"
    assert [chosen["sms"]["url"], chosen["voice"]["url"]] == ["http://127.0.0.1:9/sms", "http://127.0.0.1:9/voice"]
    with pytest.raises(SandboxRefusal, match="Failed to"):
        sandbox.number("+1202")


def test_a_phone_is_the_same_however_its_number_is_written(sandbox: Sandbox, phone: Phone) -> None:
    assert sandbox.phone("+1 (202) 555-0190") is phone


def test_a_wait_lasts_no_longer_although_other_texts_come(sandbox: Sandbox, phone: Phone) -> None:
    over = threading.Event()

    def send() -> None:
        while not over.is_set():
            Client().messages.create(from_=sandbox.main_number, to=phone.number, body="Hello")

    sending = threading.Thread(target=send)
    sending.start()
    try:
        with pytest.raises(Unmet):
            phone.wait_for_text("code", timeout=0.5)
    finally:
        over.set()
        sending.join()


def test_leaks_of_no_number_cannot_be_asserted(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError):
        sandbox.assert_not_leaked()  # type: ignore[call-arg]


def test_the_token_is_not_shown(sandbox: Sandbox) -> None:
    assert sandbox._control.token not in repr(sandbox._control)


@pytest.mark.filterwarnings("ignore::pytest_relay_phone.UnsupportedWarning")
def test_what_the_sandbox_lacks_is_listed(sandbox: Sandbox) -> None:
    with pytest.raises(TwilioException):
        Client().conversations.v1.conversations.list(limit=1)
    assert [one.name for one in sandbox.unsupported()] == ["Conversations"]
    assert issubclass(UnsupportedWarning, UserWarning)
