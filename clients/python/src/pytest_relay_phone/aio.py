"""The same sandbox for coroutines of asyncio: each method runs in a thread, and ends soon after its task is cancelled."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from .call import Call
from .control import cancelled
from .phone import Phone
from .sandbox import Clock, Fault, Sandbox

__tracebackhide__ = True

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
S = TypeVar("S")

# Not the threads of the loop: those are few, and an app in the same loop needs them while tests wait.
THREADS = ThreadPoolExecutor(max_workers=256, thread_name_prefix="pytest-relay-phone")


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
        ending = threading.Event()
        context = contextvars.copy_context()
        context.run(cancelled.set, ending)
        work = functools.partial(context.run, method, self._viewed, *args, **named)
        try:
            return view(await asyncio.get_running_loop().run_in_executor(THREADS, work))
        finally:
            ending.set()

    return run


def _heard(call: Call) -> list[str]:
    """See Call.heard."""
    return call.heard


def _is_manual(clock: Clock) -> bool:
    """See Clock.is_manual."""
    return clock.is_manual


def _hits(fault: Fault) -> int:
    """See Fault.hits."""
    return fault.hits


class AsyncCall(View):
    """See Call."""

    _viewed: Call

    @property
    def sid(self) -> str:
        return self._viewed.sid

    @property
    def phone(self) -> str:
        return self._viewed.phone

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
    heard = in_thread(_heard)


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
    is_manual = in_thread(_is_manual)


class AsyncFault(View):
    """See Fault. Its block is `async with await sandbox.fail(…)`."""

    _viewed: Fault

    remove = in_thread(Fault.remove)
    hits = in_thread(_hits)

    async def __aenter__(self) -> AsyncFault:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.remove()


class AsyncSandbox(View):
    """See Sandbox."""

    _viewed: Sandbox

    @property
    def sync(self) -> Sandbox:
        """The same sandbox without coroutines."""
        return self._viewed

    @property
    def account_sid(self) -> str:
        return self._viewed.account_sid

    @property
    def auth_token(self) -> str:
        return self._viewed.auth_token

    @property
    def origin(self) -> str:
        return self._viewed.origin

    @property
    def version(self) -> str:
        return self._viewed.version

    @property
    def main_number(self) -> str:
        return self._viewed.main_number

    @property
    def clock(self) -> AsyncClock:
        return AsyncClock(self._viewed.clock)

    def environment(self) -> Mapping[str, str]:
        """See Sandbox.environment."""
        return self._viewed.environment()

    def phone(self, number: str) -> AsyncPhone:
        """See Sandbox.phone."""
        return AsyncPhone(self._viewed.phone(number))

    number = in_thread(Sandbox.number)
    fail = viewed_in_thread(Sandbox.fail, AsyncFault)
    exposures = in_thread(Sandbox.exposures)
    assert_not_leaked = in_thread(Sandbox.assert_not_leaked)
    alerts = in_thread(Sandbox.alerts)
    traces = in_thread(Sandbox.traces)
    wait_until_quiet = in_thread(Sandbox.wait_until_quiet)
    unsupported = in_thread(Sandbox.unsupported)
    ask = in_thread(Sandbox.ask)
    describe_events = in_thread(Sandbox.describe_events)
