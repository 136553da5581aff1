"""Says what happened in the sandbox, for the message of a failed test."""

from __future__ import annotations

from typing import Any

from .control import Control
from .errors import visible

__tracebackhide__ = True

# The most traces and webhooks that are shown: the latest.
SHOWN = 8


def describe_events(control: Control) -> str:
    """Returns what texts and calls came to, oldest first, the webhooks that failed, and what is still to happen."""
    traces = [trace for trace in control.ask("GET", f"/traces?limit={4 * SHOWN}") if _is_telling(trace)]
    failed = control.ask("GET", f"/exchanges?direction=webhook&failed=true&limit={SHOWN}")
    parts = [
        _section("What happened:", [visible(trace["sentence"]) for trace in reversed(traces[:SHOWN])]),
        _section("Webhooks that failed:", [_describe_webhook(one) for one in reversed(failed)]),
    ]
    if not traces:
        parts.append("Nothing happened: no text was sent and no call was made.\n" + _describe_contact(control))
    parts.append(_describe_clock(control.ask("GET", "/clock")))
    return "\n".join(part for part in parts if part)


def _is_telling(trace: dict[str, Any]) -> bool:
    counts = trace["counts"]
    return bool(counts["texts"] or counts["calls"] or counts["webhooks"] or trace["worst"] != "done")


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def _describe_webhook(exchange: dict[str, Any]) -> str:
    url = f"{exchange['app'] or ''}{exchange['target']}"
    reason = exchange["error"] or f"was answered with {exchange['status']}"
    return visible(f"{exchange['method']} {url}: {reason}")


def _describe_contact(control: Control) -> str:
    if control.ask("GET", "/state")["app"]["requests"] > 0:
        return ""
    return "The app has sent no request to the sandbox. Its SDK must see the variables of the fixture twilio_environment."


def _describe_clock(clock: dict[str, Any]) -> str:
    if clock["mode"] == "real" or clock["nextTimerAt"] is None:
        return ""
    return "The clock is manual, and something is due: sandbox.clock.advance('1m') lets time pass."
