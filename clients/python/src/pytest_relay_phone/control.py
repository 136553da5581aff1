"""The HTTP of the control API and of the REST API, with only the standard library."""

from __future__ import annotations

import base64
import contextvars
import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from .errors import RelayPhoneError, SandboxRefusal

# A failure is shown at the line of the test, and without the token, which the frames here hold.
__tracebackhide__ = True

# The longest that one request waits: a cancelled coroutine ends after this time.
SLICE_SECONDS = 1.0
# How much later than asked the sandbox may answer a request that waits.
MARGIN_SECONDS = 30.0
# Long enough for several slow documents and their fallbacks.
ANSWER_SECONDS = 120.0
# Libraries that freeze the time replace functions in modules, and would make each wait endless. They do not look here.
CLOCK = (time.monotonic,)

# Set in the threads of coroutines.
cancelled: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("cancelled", default=None)


def is_cancelled() -> bool:
    """Returns whether the task has been cancelled that this thread works for."""
    event = cancelled.get()
    return event is not None and event.is_set()


class Deadline:
    """The end of a wait, `seconds` of real time from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = CLOCK[0]() + seconds

    def slice(self) -> float:
        """Returns how many seconds the next request may wait."""
        return max(0.0, min(SLICE_SECONDS, self._end - CLOCK[0]()))

    def is_over(self) -> bool:
        """Returns whether the wait has to end."""
        return is_cancelled() or CLOCK[0]() >= self._end


@dataclass(frozen=True)
class Control:
    """A running sandbox: its port on this machine, and the token of its control API."""

    port: int
    token: str = field(repr=False)
    # Says why the sandbox does not answer, as lines of an error; empty if nothing is known.
    explain: Callable[[], str] = field(default=str, repr=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: object = None, *, seconds: float = ANSWER_SECONDS) -> Any:
        """Sends a request to the control API. Returns the JSON of the answer; None if it has no body.

        Raises SandboxRefusal if the sandbox refuses, RelayPhoneError if it does not answer within `seconds`.
        """
        data = None if body is None else json.dumps(body).encode()
        status, text = self._send(method, f"/_sandbox{path}", data, {"Authorization": f"Bearer {self.token}"}, seconds)
        if status < 300:
            return json.loads(text) if text else None
        refusal = _read_refusal(text)
        raise SandboxRefusal(
            status,
            refusal.get("task", f"send {method} {path} to the sandbox"),
            refusal.get("error", f"it answered {status}: {text[:200]}"),
            refusal.get("tryNext", []),
        )

    def wait(self, path: str, query: dict[str, str | int], deadline: Deadline) -> Any:
        """Asks until there is an answer. Returns None if none comes before the deadline, or none can come any more."""
        while True:
            seconds = deadline.slice()
            asked = urlencode({**query, "timeout": round(seconds * 1000)})
            try:
                return self.ask("GET", f"{path}?{asked}", seconds=seconds + MARGIN_SECONDS)
            except SandboxRefusal as refusal:
                if refusal.status != 504:
                    raise
                if deadline.is_over() or not refusal.reason.startswith("there was none"):
                    return None

    def twilio(self, path: str, account: tuple[str, str]) -> Any:
        """Reads a resource of Twilio's REST API, as an app would. `path` is below the account: `Messages`."""
        sid, auth_token = account
        credentials = base64.b64encode(f"{sid}:{auth_token}".encode()).decode()
        # Such requests do not count as those of the app.
        headers = {"Authorization": f"Basic {credentials}", "User-Agent": "pytest relay-phone"}
        status, text = self._send("GET", f"/2010-04-01/Accounts/{sid}/{path}.json", None, headers, ANSWER_SECONDS)
        answer = json.loads(text)
        if status < 300:
            return answer
        reason = f"{answer['message']} (Twilio {answer['code']})"
        raise SandboxRefusal(status, f"send GET {path} to the sandbox", reason, [])

    def _send(self, method: str, target: str, data: bytes | None, headers: dict[str, str], seconds: float) -> tuple[int, str]:
        # Not urllib.request, which follows the proxy variables.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, target, data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            explained = self.explain() or "\n  Try: run pytest again"
            raise RelayPhoneError(f"Failed to reach the sandbox at {self.origin}: {reason}.{explained}") from error
        finally:
            connection.close()


def segment(text: str) -> str:
    """Returns a text as one segment of a path."""
    return quote(text, safe="")


def _read_refusal(text: str) -> dict[str, Any]:
    try:
        refusal = json.loads(text)
    except ValueError:
        return {}
    return refusal if isinstance(refusal, dict) else {}
