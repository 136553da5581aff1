"""A phone of the sandbox: any number that the account does not own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .call import Call
from .control import Control, Deadline, segment
from .errors import Unmet, visible
from .matching import Matching, Returned, describe, matches
from .records import CallLog, Text, TextResult, read_call, read_result, read_text
from .report import describe_events

__tracebackhide__ = True


@dataclass(frozen=True)
class Start:
    """How many texts and calls a phone had when the test began."""

    texts: int = 0
    calls: int = 0


class Phone:
    """A phone. It knows the texts and calls since the test began. All timeouts are seconds of real time."""

    def __init__(self, control: Control, number: str, start: Start, timeout: float) -> None:
        self.number = number
        self._control = control
        self._path = f"/phones/{segment(number)}"
        self._start = start
        self._timeout = timeout
        self._returned_texts = Returned()
        self._returned_calls = Returned()

    def _begin_test(self, start: Start) -> None:
        """Fixtures of a session keep their phones from one test to the next."""
        self._start = start
        self._returned_texts.clear()
        self._returned_calls.clear()

    def __repr__(self) -> str:
        return f"<Phone {self.number}>"

    def __str__(self) -> str:
        return self.number

    def text(self, to: str, body: str = "", *, media_urls: Sequence[str] = ()) -> TextResult:
        """Sends a text to a number of the account. Returns once the app has answered the webhook.

        Replies are on their way by then: wait for them. A webhook that fails raises nothing; see the result.
        """
        body_of_request = {"to": str(to), "body": body, "mediaUrls": list(media_urls)}
        return read_result(self._control.ask("POST", f"{self._path}/text", body_of_request))

    def texts(self) -> list[Text]:
        """Returns the texts that it has received since the test began, oldest first."""
        answers = self._control.ask("GET", f"{self._path}/texts")
        return [read_text(one) for one in answers[self._start.texts :]]

    def wait_for_text(
        self, matching: Matching[Text] = None, *, sender: str | None = None, timeout: float | None = None
    ) -> Text:
        """Waits for a text that matches: a part of its body, a pattern to search in it, or a function of the text.

        Texts that came since the test began count, except those that an earlier wait has returned. Raises Unmet, an
        AssertionError with what did come and why, if none comes in time.
        """
        deadline = Deadline(self._timeout if timeout is None else timeout)
        position = self._start.texts
        texts = self.texts()
        while True:
            for text in texts[position - self._start.texts :]:
                is_sender = sender is None or text.sender == str(sender)
                if is_sender and matches(matching, text.body, text) and self._returned_texts.add(position):
                    return text
                position += 1
            found = self._control.wait(f"{self._path}/next-text", {"after": position}, deadline)
            if found is None:
                raise self._no_text(matching, sender, deadline.seconds)
            texts.append(read_text(found["text"]))

    def call(self, to: str) -> Call:
        """Calls a number of the account. Returns at once."""
        return self._call(self._control.ask("POST", f"{self._path}/call", {"to": str(to)})["sid"])

    def calls(self) -> list[CallLog]:
        """Returns its calls since the test began, in both directions, oldest first."""
        answers = self._control.ask("GET", f"{self._path}/calls")
        return [read_call(one) for one in answers[self._start.calls :]]

    def wait_for_call(self, *, timeout: float | None = None) -> Call:
        """Waits until the phone is called. Unless `behave` says otherwise, it answers by itself.

        Calls since the test began count, except those that an earlier wait has returned. Raises Unmet, an AssertionError,
        if none comes in time.
        """
        deadline = Deadline(self._timeout if timeout is None else timeout)
        position = self._start.calls
        while True:
            found = self._control.wait(f"{self._path}/next-call", {"after": position}, deadline)
            if found is None:
                raise Unmet(f"{self.number} got no call within {deadline.seconds:g} s.\n{describe_events(self._control)}")
            position = found["after"]
            if self._returned_calls.add(position):
                return self._call(found["call"]["sid"])

    def behave(
        self,
        *,
        texts: Literal["delivered", "read", "silent"] | None = None,
        undelivered: int | None = None,
        failed: int | None = None,
        callbacks: Literal["once", "duplicated", "reordered"] | None = None,
        calls: Literal["answers", "busy", "rejects", "no-answer"] | None = None,
        caller_id: Literal["shown", "withheld"] | None = None,
        slow: str | None = None,
        blocked: Sequence[str] | None = None,
    ) -> None:
        """Sets how it treats texts and calls; what is not given stays as it was.

        `undelivered` and `failed` take an error code such as 30003, with which texts to the phone end from now on; `slow` a
        duration such as "5s".
        """
        ends: Any = texts
        if undelivered is not None:
            ends = {"undelivered": undelivered}
        if failed is not None:
            ends = {"failed": failed}
        numbers = None if blocked is None else list(blocked)
        given = {
            "texts": ends,
            "callbacks": callbacks,
            "calls": calls,
            "callerId": caller_id,
            "slow": slow,
            "blocked": numbers,
        }
        behaviour = {name: value for name, value in given.items() if value is not None}
        self._control.ask("PUT", f"{self._path}/behaviour", behaviour)

    def _call(self, sid: str) -> Call:
        return Call(self._control, self.number, sid, self._timeout)

    def _no_text(self, matching: Matching[Text], sender: str | None, seconds: float) -> Unmet:
        texts = self.texts()
        origin = "" if sender is None else f" from {sender}"
        got = [visible(f"  {text.sender}: {text.body!r}") for text in texts]
        lines = [
            f"{self.number} got no text{origin}{describe(matching)} within {seconds:g} s.",
            *(["It got:", *got] if got else ["It got no text at all."]),
            describe_events(self._control),
        ]
        return Unmet("\n".join(line for line in lines if line))
