"""A call of a phone: what the person at the phone can do in it, and what they hear."""

from __future__ import annotations

from .control import Control, Deadline, segment
from .errors import Unmet, visible
from .matching import Matching, Returned, describe, matches
from .records import CallLog, Sound, read_call
from .report import describe_events

__tracebackhide__ = True


class Call:
    """A call that a phone makes or gets.

    The acts raise SandboxRefusal when the state of the call does not allow them. All timeouts are seconds of real time.
    """

    def __init__(self, control: Control, phone: str, sid: str, timeout: float) -> None:
        self.phone = phone
        self.sid = sid
        self._control = control
        self._path = f"/phones/{segment(phone)}/calls/{segment(sid)}"
        self._timeout = timeout
        self._returned = Returned()

    def __repr__(self) -> str:
        return f"<Call {self.sid} of {self.phone}>"

    def log(self) -> CallLog:
        """Returns the call as it is now."""
        return read_call(self._control.ask("GET", self._path))

    @property
    def heard(self) -> list[str]:
        """What the phone has heard so far: words, the URLs of what was played, and keys."""
        return [sound.content for sound in self.log().heard]

    def answer(self) -> None:
        """Answers the ringing call."""
        self._control.ask("POST", f"{self._path}/answer")

    def reject(self) -> None:
        """Declines the ringing call."""
        self._control.ask("POST", f"{self._path}/reject")

    def hang_up(self) -> None:
        """Ends the call."""
        self._control.ask("POST", f"{self._path}/hang-up")

    def press(self, keys: str) -> None:
        """Presses keys: `0` to `9`, `*`, `#`. They wait until a verb of the app asks for keys."""
        self._control.ask("POST", f"{self._path}/press", {"keys": keys})

    def say(self, words: str) -> None:
        """Says something. The words wait until a verb of the app listens."""
        self._control.ask("POST", f"{self._path}/say", {"words": words})

    def wait_for_heard(self, matching: Matching[Sound] = None, *, timeout: float | None = None) -> str:
        """Waits until the phone hears something that matches. Returns it.

        What an earlier wait has returned does not count. Raises Unmet, an AssertionError, if it does not come in time, or
        the call ends without it.
        """
        deadline = Deadline(self._timeout if timeout is None else timeout)
        sounds = list(self.log().heard)
        position = 0
        while True:
            for sound in sounds[position:]:
                if matches(matching, sound.content, sound) and self._returned.add(position):
                    return sound.content
                position += 1
            found = self._control.wait(f"{self._path}/next-heard", {"after": position}, deadline)
            if found is None:
                raise self._unmet(f"heard nothing{describe(matching)}", deadline)
            sounds.append(Sound(found["sound"]["kind"], found["sound"]["content"]))

    def wait_until_answered(self, *, timeout: float | None = None) -> CallLog:
        """Waits until somebody answers. Raises Unmet if the call ends unanswered, or is not answered in time."""
        log = self._wait_until("answered", timeout)
        if log.answered_at is None:
            raise self._unmet(f"was {log.state}, not answered", None)
        return log

    def wait_until_asked(self, *, timeout: float | None = None) -> CallLog:
        """Waits until a verb of the app waits for keys or words. Raises Unmet if the call ends before, or not in time."""
        log = self._wait_until("asked", timeout)
        if not log.is_asked:
            raise self._unmet("ended, and was not asked for keys or words", None)
        return log

    def wait_until_ended(self, *, timeout: float | None = None) -> CallLog:
        """Waits until the call is over. Raises Unmet if it does not end in time."""
        return self._wait_until("ended", timeout)

    def _wait_until(self, until: str, timeout: float | None) -> CallLog:
        deadline = Deadline(self._timeout if timeout is None else timeout)
        found = self._control.wait(self._path, {"until": until}, deadline)
        if found is None:
            raise self._unmet(f"was not {until}", deadline)
        return read_call(found)

    def _unmet(self, what: str, deadline: Deadline | None) -> Unmet:
        log = self.log()
        # A wait ends with its call, before the deadline.
        within = "" if deadline is None or log.ended_at is not None else f" within {deadline.seconds:g} s"
        heard = [f"  {sound.kind}: {sound.content!r}" for sound in log.heard]
        alerts = [visible(f"  {alert.error_code}: {alert.message}") for alert in log.alerts]
        lines = [
            f"{self.phone} {what} in the call with {visible(log.shown)}{within}. The call is {log.state}.",
            *(["It heard:", *heard] if heard else ["It heard nothing."]),
            *(["Alerts about the call:", *alerts] if alerts else []),
            describe_events(self._control),
        ]
        return Unmet("\n".join(line for line in lines if line))
