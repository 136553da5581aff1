"""The sandbox as a test uses it: phones, numbers, the clock, faults, leaks, and what happened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from .control import MARGIN_SECONDS, Control, Deadline, segment
from .errors import Unmet, visible
from .phone import Phone, Start
from .process import RunningSandbox
from .records import (
    Alert,
    Exposure,
    Trace,
    Unsupported,
    read_alerts,
    read_exposure,
    read_time,
    read_trace,
)
from .report import describe_events

__tracebackhide__ = True

# A number as people write it: +1 (212) 555-0191.
WRITTEN_NUMBER = re.compile(r"\+[\d ().-]+")


class Clock:
    """The clock of the sandbox. A manual one stands still: see `relay_phone_clock` of the pytest settings."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def is_manual(self) -> bool:
        return bool(self._control.ask("GET", "/clock")["mode"] == "manual")

    def now(self) -> datetime:
        """Returns its time."""
        return read_time(self._control.ask("GET", "/clock")["now"])

    def advance(self, by: str | timedelta) -> None:
        """Lets time pass: `"30s"`, `"5m"`, `"2h"`. Returns when everything due has happened, webhooks included.

        Raises SandboxRefusal if the clock is real.
        """
        duration = by if isinstance(by, str) else by / timedelta(milliseconds=1)
        self._control.ask("POST", "/clock", {"advance": duration})


class Fault:
    """A rule that makes REST requests of the app fail, until it is removed or the test ends."""

    def __init__(self, control: Control, fault_id: str) -> None:
        self._control = control
        self._id = fault_id

    @property
    def hits(self) -> int:
        """How many requests it has made fail."""
        faults = self._control.ask("GET", "/faults")
        return next((int(one["hits"]) for one in faults if one["id"] == self._id), 0)

    def remove(self) -> None:
        self._control.ask("DELETE", f"/faults/{segment(self._id)}")

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class Sandbox:
    """A local Twilio. What a test does to it is undone when the test ends.

    Raises RelayPhoneError if the sandbox is gone, SandboxRefusal if it refuses.
    """

    def __init__(self, running: RunningSandbox, timeout: float) -> None:
        self._running = running
        self._control = running.control
        self._timeout = timeout
        self._phones: dict[str, Phone] = {}
        self._starts: dict[str, Start] = {}
        account = self._control.ask("GET", "/account")
        self.account_sid: str = account["accountSid"]
        self.auth_token: str = account["authToken"]
        self.origin = self._control.origin
        self.version = running.version
        self.clock = Clock(self._control)

    def __repr__(self) -> str:
        return f"<Sandbox {self.origin}>"

    def _begin_test(self, starts: dict[str, Start]) -> None:
        self._starts = starts
        for number, phone in self._phones.items():
            phone._begin_test(starts.get(number, Start()))

    def environment(self) -> Mapping[str, str]:
        """Returns the variables that lead a program to the sandbox: proxy, certificates, and the account.

        For an app in a process of its own: `subprocess.Popen(…, env={**os.environ, **sandbox.environment()})`.
        """
        return dict(self._running.environment)

    @property
    def main_number(self) -> str:
        """A number that the account owns from the start: `TWILIO_MAIN_NUMBER`."""
        return self._running.environment["TWILIO_MAIN_NUMBER"]

    def phone(self, number: str) -> Phone:
        """Returns the phone with a number that the account does not own, such as +12125550190."""
        if WRITTEN_NUMBER.fullmatch(number):
            number = re.sub(r"[^+\d]", "", number)
        if number not in self._phones:
            self._phones[number] = Phone(self._control, number, self._starts.get(number, Start()), self._timeout)
        return self._phones[number]

    def number(self, number: str | None = None, *, sms_url: str | None = None, voice_url: str | None = None) -> str:
        """Sets where Twilio sends the texts and calls of a number, and buys it if the account does not own it. Returns it.

        Without `number`, it buys the first American one that is for sale. A URL that is not given stays as it was.
        """
        if number is None:
            answer = self._control.twilio("AvailablePhoneNumbers/US/Local", (self.account_sid, self.auth_token))
            number = str(answer["available_phone_numbers"][0]["phone_number"])
        given = {"sms": sms_url, "voice": voice_url}
        urls = {name: value for name, value in given.items() if value is not None}
        return str(self._control.ask("PUT", f"/numbers/{segment(number)}", urls)["number"])

    def fail(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int = 503,
        code: int | None = None,
        message: str | None = None,
        connection: Literal["drop", "hang"] | None = None,
        times: int | None = None,
        skip: int = 0,
        when: Literal["before", "after"] = "before",
    ) -> Fault:
        """Makes REST requests of the app fail: all, or those with a method and a path (a regular expression).

        `code` is Twilio's error code; `connection` drops the connection or never answers, instead of a status. `times`
        requests fail after `skip` good ones; with `when="after"` the request has its effect, and only its answer is lost.
        """
        error = {"status": status, "code": code, "message": message}
        answer: Any = connection or {name: value for name, value in error.items() if value is not None}
        given = {"method": method, "path": path, "times": times, "skip": skip, "when": when, "answer": answer}
        rule = {name: value for name, value in given.items() if value is not None}
        return Fault(self._control, self._control.ask("POST", "/faults", rule)["id"])

    def exposures(self, number: str | Phone) -> list[Exposure]:
        """Returns each time that another phone was shown a number, oldest first; empty if masking works."""
        return [read_exposure(one) for one in self._control.ask("GET", f"/exposures/{segment(str(number))}")]

    def assert_not_leaked(self, number: str | Phone, *numbers: str | Phone, allowed: Sequence[str | Phone] = ()) -> None:
        """Raises Unmet, an AssertionError, if a phone was shown one of these numbers, except its own and the allowed."""
        trusted = {str(one) for one in allowed}
        for hidden in (number, *numbers):
            leaks = [one for one in self.exposures(hidden) if one.phone not in trusted]
            if not leaks:
                continue
            shown = [f"  {visible(one.phone)} saw {one.written!r} ({one.how}): {one.excerpt!r}" for one in leaks]
            title = f"{hidden} was shown to phones that must not see it:"
            raise Unmet("\n".join([title, *shown, describe_events(self._control)]))

    def alerts(self) -> tuple[Alert, ...]:
        """Returns the alerts of the account, oldest first: failed webhooks and faults of TwiML."""
        return read_alerts(self._control.ask("GET", "/alerts"))

    def traces(self) -> list[Trace]:
        """Returns what happened, newest first, each act in a sentence."""
        return [read_trace(one) for one in self._control.ask("GET", "/traces")]

    def wait_until_quiet(self, trace_id: str, *, timeout: float | None = None) -> Trace:
        """Waits until nothing of a trace is in progress: its texts have arrived, its status callbacks were answered.

        Raises Unmet if something still is after `timeout` seconds.
        """
        deadline = Deadline(self._timeout if timeout is None else timeout)
        while True:
            seconds = deadline.slice()
            path = f"/traces/{segment(trace_id)}?wait={round(seconds * 1000)}"
            trace = read_trace(self._control.ask("GET", path, seconds=seconds + MARGIN_SECONDS))
            if trace.is_closed:
                return trace
            if deadline.is_over():
                happened = describe_events(self._control)
                raise Unmet(f"Something is still in progress after {deadline.seconds:g} s.\n{happened}")

    def unsupported(self) -> list[Unsupported]:
        """Returns what the app has asked for, since the sandbox started, that the sandbox lacks."""
        uses = self._control.ask("GET", "/unsupported")
        return [Unsupported(one["name"], one["method"], one["url"]) for one in uses]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Sends a request to the control API. Returns its JSON: `sandbox.ask("GET", "/exchanges?direction=rest")`."""
        return self._control.ask(method, path, body)

    def describe_events(self) -> str:
        """Returns what happened as text, as the message of a failed test has it."""
        return describe_events(self._control)


class Checkpoint:
    """The state of a sandbox before a test, and how to return to it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._snapshot = sandbox.ask("GET", "/snapshot")
        self._last_event_id: int = sandbox.ask("GET", "/state")["lastEventId"]
        starts = {one["number"]: Start(one["texts"], one["calls"]) for one in sandbox.ask("GET", "/phones")}
        sandbox._begin_test(starts)

    def unsupported(self) -> list[str]:
        """Returns what was asked for since then that the sandbox lacks."""
        uses = self._sandbox.ask("GET", f"/unsupported?since={self._last_event_id}")
        return [f"{visible(one['name'])} ({one['method']} {visible(one['url'])})" for one in uses]

    def restore(self) -> None:
        """Ends everything in progress, removes faults, and brings back numbers, texts and calls."""
        self._sandbox.ask("POST", "/restore", self._snapshot)
