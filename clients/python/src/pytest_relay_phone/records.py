"""What the sandbox answers, as Python types. Each is a picture of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Text:
    """A text on a phone, or one that the app sent in an answer."""

    sid: str
    sender: str
    to: str
    body: str
    media_urls: tuple[str, ...] = ()
    # None for a text in an answer, which is still on its way.
    received_at: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """A failed webhook, or a fault of TwiML, as Twilio's debugger shows it."""

    error_code: int
    level: str
    message: str
    url: str | None
    # Where the TwiML is wrong, from 1; None if no place is known.
    line: int | None
    column: int | None
    # The message or call that it is about.
    resource_sid: str | None


@dataclass(frozen=True)
class Webhook:
    """How the app answered a webhook."""

    url: str
    # None without an answer.
    status: int | None
    # A code of https://www.twilio.com/docs/api/errors; None if it did not fail.
    error_code: int | None
    failure: str | None


@dataclass(frozen=True)
class TextResult:
    """What a text from a phone came to, once the app had answered the webhook."""

    trace_id: str
    message_sid: str | None
    # None if the number has no URL for texts.
    webhook: Webhook | None
    replies: tuple[Text, ...]
    # What Twilio itself answered, as to STOP.
    automatic_reply: str | None
    alerts: tuple[Alert, ...]

    @property
    def status(self) -> int | None:
        """The HTTP status of the app's answer; None without one."""
        return self.webhook.status if self.webhook else None


@dataclass(frozen=True)
class Sound:
    """Something in a call: `say` and `play` of TwiML, `keys`, or `words` that somebody spoke."""

    kind: str
    content: str


@dataclass(frozen=True)
class CallLog:
    """A call in the log of a phone."""

    sid: str
    # `incoming` or `outgoing`, as the phone sees it.
    direction: str
    # The other number, as the phone shows it.
    shown: str
    # calling, ringing, talking, ended, busy, rejected, missed or unanswered
    state: str
    heard: tuple[Sound, ...]
    said: tuple[Sound, ...]
    # True while a verb of the app waits for keys or words.
    is_asked: bool
    alerts: tuple[Alert, ...]
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Exposure:
    """A phone was shown a number."""

    phone: str
    # sender, body, media, caller id or heard
    how: str
    # The number as it was written, and the text around it.
    written: str
    excerpt: str
    trace_id: str | None


@dataclass(frozen=True)
class Trace:
    """What one act set off, in a sentence."""

    trace_id: str
    sentence: str
    # False if the text or call reached nobody and nobody answered it, or the app did not answer.
    succeeded: bool
    # done, warning or failed
    worst: str
    # False while something of it is in progress.
    is_closed: bool


@dataclass(frozen=True)
class Unsupported:
    """Something of Twilio that the app asked for and the sandbox lacks."""

    name: str
    method: str
    url: str


def read_text(answer: dict[str, Any]) -> Text:
    at = answer.get("receivedAt")
    media = tuple(answer["mediaUrls"])
    received_at = None if at is None else read_time(at)
    return Text(answer["sid"], answer["from"], answer["to"], answer["body"], media, received_at)


def read_result(answer: dict[str, Any]) -> TextResult:
    found = answer["webhook"]
    webhook = found and Webhook(found["url"], found["status"], found["errorCode"], found["failure"])
    replies = tuple(read_text(one) for one in answer["replies"])
    trace_id, sid, automatic = answer["traceId"], answer["messageSid"], answer["automaticReply"]
    return TextResult(trace_id, sid, webhook, replies, automatic, read_alerts(answer["alerts"]))


def read_alerts(answers: Sequence[dict[str, Any]]) -> tuple[Alert, ...]:
    return tuple(
        Alert(
            one["errorCode"],
            one["logLevel"],
            one["message"],
            one["url"],
            one["line"],
            one["column"],
            one["resourceSid"],
        )
        for one in answers
    )


def read_call(answer: dict[str, Any]) -> CallLog:
    answered_at, ended_at = answer["answeredAt"], answer["endedAt"]
    return CallLog(
        sid=answer["sid"],
        direction=answer["direction"],
        shown=answer["shown"],
        state=answer["state"],
        heard=tuple(Sound(one["kind"], one["content"]) for one in answer["heard"]),
        said=tuple(Sound(one["kind"], one["content"]) for one in answer["said"]),
        is_asked=answer["waitsFor"] is not None,
        alerts=read_alerts(answer["alerts"]),
        started_at=read_time(answer["startedAt"]),
        answered_at=None if answered_at is None else read_time(answered_at),
        ended_at=None if ended_at is None else read_time(ended_at),
    )


def read_exposure(answer: dict[str, Any]) -> Exposure:
    return Exposure(answer["phone"], answer["how"], answer["written"], answer["excerpt"], answer["traceId"])


def read_trace(answer: dict[str, Any]) -> Trace:
    is_closed = answer["state"] == "closed"
    return Trace(answer["traceId"], answer["sentence"], answer["succeeded"], answer["worst"], is_closed)


def read_time(text: str) -> datetime:
    # Python 3.10 does not read the Z.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
