"""The same sandbox for coroutines of asyncio: each method runs in a thread, and ends soon after its task is cancelled."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from .call import Call
from .control import cancelled
from .phone import Phone
from .sandbox import Clock, Sandbox

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
S = TypeVar("S")


class View:
    """A view of an object without coroutines."""

    def __init__(self, viewed: Any) -> None:
        self._viewed = viewed

    def __repr__(self) -> str:
        return f"<async {self._viewed!r}>"


def in_thread(
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """Returns a method of a view, which runs that of the viewed object in a thread."""
    return viewed_in_thread(method, lambda result: result)


def viewed_in_thread(
    method: Callable[Concatenate[S, P], R], view: Callable[[R], V]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, V]]:
    """As `in_thread`, and returns a view of the result."""

    @functools.wraps(method)
    async def run(self: Any, /, *args: P.args, **named: P.kwargs) -> V:
        __tracebackhide__ = True
        ending = threading.Event()
        token = cancelled.set(ending)
        try:
            return view(await asyncio.to_thread(method, self._viewed, *args, **named))
        finally:
            ending.set()
            cancelled.reset(token)

    return run


class AsyncCall(View):
    """See Call."""

    _viewed: Call

    @property
    def sid(self) -> str:
        return self._viewed.sid

    log = in_thread(Call.log)
    answer = in_thread(Call.answer)
    reject = in_thread(Call.reject)
    hang_up = in_thread(Call.hang_up)
    press = in_thread(Call.press)
    say = in_thread(Call.say)
    wait_for_heard = in_thread(Call.wait_for_heard)
    wait_until_answered = in_thread(Call.wait_until_answered)
    wait_until_asked = in_thread(Call.wait_until_asked)
    wait_until_ended = in_thread(Call.wait_until_ended)


class AsyncPhone(View):
    """See Phone."""

    _viewed: Phone

    @property
    def number(self) -> str:
        return self._viewed.number

    def __str__(self) -> str:
        return self._viewed.number

    text = in_thread(Phone.text)
    texts = in_thread(Phone.texts)
    wait_for_text = in_thread(Phone.wait_for_text)
    call = viewed_in_thread(Phone.call, AsyncCall)
    calls = in_thread(Phone.calls)
    wait_for_call = viewed_in_thread(Phone.wait_for_call, AsyncCall)
    behave = in_thread(Phone.behave)


class AsyncClock(View):
    """See Clock."""

    _viewed: Clock

    now = in_thread(Clock.now)
    advance = in_thread(Clock.advance)


class AsyncSandbox(View):
    """See Sandbox. A rule of `fail` is removed when the test ends."""

    _viewed: Sandbox

    @property
    def sync(self) -> Sandbox:
        """The same sandbox without coroutines."""
        return self._viewed

    @property
    def clock(self) -> AsyncClock:
        return AsyncClock(self._viewed.clock)

    def phone(self, number: str) -> AsyncPhone:
        return AsyncPhone(self._viewed.phone(number))

    number = in_thread(Sandbox.number)
    fail = in_thread(Sandbox.fail)
    exposures = in_thread(Sandbox.exposures)
    assert_not_leaked = in_thread(Sandbox.assert_not_leaked)
    alerts = in_thread(Sandbox.alerts)
    traces = in_thread(Sandbox.traces)
    wait_until_quiet = in_thread(Sandbox.wait_until_quiet)
    unsupported = in_thread(Sandbox.unsupported)
    ask = in_thread(Sandbox.ask)
