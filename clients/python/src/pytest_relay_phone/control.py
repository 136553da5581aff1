"""The HTTP of the control API and of the REST API, with only the standard library."""

from __future__ import annotations

import base64
import contextvars
import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from .errors import RelayPhoneError, SandboxRefusal

# The longest that one request waits: a cancelled coroutine ends after this time.
SLICE_SECONDS = 1.0
# Long enough for several slow documents and their fallbacks.
ANSWER_SECONDS = 120.0
# Libraries that freeze the time replace functions in modules, and would make each wait endless. They do not look here.
CLOCK = (time.monotonic,)

cancelled: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("cancelled", default=None)


@dataclass(frozen=True)
class Control:
    """A running sandbox: its port on this machine, and the token of its control API."""

    port: int
    token: str

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

    def wait(self, path: str, query: dict[str, str | int], timeout: float) -> Any:
        """Asks until there is an answer. Returns None if none comes within `timeout` seconds, or none can come any more."""
        now = CLOCK[0]
        deadline = now() + timeout
        while True:
            left = max(0.0, min(SLICE_SECONDS, deadline - now()))
            asked = urlencode({**query, "timeout": round(left * 1000)})
            try:
                return self.ask("GET", f"{path}?{asked}", seconds=left + 30)
            except SandboxRefusal as refusal:
                if refusal.status != 504:
                    raise
                event = cancelled.get()
                is_cancelled = event is not None and event.is_set()
                if is_cancelled or now() >= deadline or not refusal.reason.startswith("there was none"):
                    return None

    def twilio(self, method: str, path: str, account: tuple[str, str], form: dict[str, str] | None = None) -> Any:
        """Sends a request to Twilio's REST API, as an app would. `path` is below the account: `Messages`."""
        sid, auth_token = account
        credentials = base64.b64encode(f"{sid}:{auth_token}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"}
        # Such requests do not count as those of the app.
        headers["User-Agent"] = "pytest relay-phone"
        data = None if form is None else urlencode(form).encode()
        target = f"/2010-04-01/Accounts/{sid}/{path}.json"
        status, text = self._send(method, target, data, headers, ANSWER_SECONDS)
        answer = json.loads(text) if text else None
        if status < 300:
            return answer
        reason = f"{answer.get('message')} (Twilio {answer.get('code')})" if isinstance(answer, dict) else text[:200]
        raise SandboxRefusal(status, f"send {method} {path} to the sandbox", reason, [])

    def _send(self, method: str, target: str, data: bytes | None, headers: dict[str, str], seconds: float) -> tuple[int, str]:
        # Not urllib.request, which follows the proxy variables.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, target, data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise RelayPhoneError(f"Failed to reach the sandbox at {self.origin}: {reason}.") from error
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
