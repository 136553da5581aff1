"""The plugin of pytest: settings, fixtures, and what happened in the sandbox beside the failure of a test."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from .aio import AsyncPhone, AsyncSandbox
from .errors import RelayPhoneError, Unmet, UnsupportedWarning
from .interception import Interception
from .phone import Phone
from .process import RunningSandbox, find_command, find_joined, start
from .sandbox import Checkpoint, Sandbox
from .serve import App, serve

# The phone that stands for the user's own in relay-phone.
STAND_IN = "+12025550190"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("relay-phone", "the local Twilio of relay-phone")
    group.addoption("--relay-phone", metavar="COMMAND", help="the command that starts relay-phone (default: looks for it)")
    group.addoption("--relay-phone-clock", choices=("real", "manual"), help="the clock of the sandbox (default: real)")
    parser.addini("relay_phone_command", "the command that starts relay-phone; RELAY_PHONE and --relay-phone come first")
    parser.addini("relay_phone_clock", "the clock of the sandbox: real or manual", default="real")
    parser.addini("relay_phone_timeout", "how many seconds the fixtures wait for a text or call", default="5")
    parser.addini(
        "relay_phone_environment",
        "test: a test that uses the sandbox has its variables; session: all have, from before the app is imported",
        default="test",
    )


class Session:
    """The sandbox of this pytest process, started when it is first needed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._running: RunningSandbox | None = None
        self._failure: RelayPhoneError | None = None
        self._patch = pytest.MonkeyPatch()
        self._interception: Interception | None = None
        self.is_applied = False
        config.add_cleanup(self.close)

    def running(self) -> RunningSandbox:
        """Returns the sandbox. Raises RelayPhoneError, each time with the same reason, if it cannot be started."""
        if self._failure:
            raise self._failure
        if self._running is None:
            try:
                self._running = find_joined() or self._start()
            except RelayPhoneError as error:
                self._failure = error
                raise
        return self._running

    def read_timeout(self) -> float:
        """Returns how many seconds a wait lasts. Raises RelayPhoneError if the setting is not a number."""
        setting = self._config.getini("relay_phone_timeout")
        try:
            seconds = float(setting)
        except ValueError:
            seconds = math.nan
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
        raise RelayPhoneError(f"relay_phone_timeout is '{setting}'. It must be a number of seconds.")

    def interception(self) -> Interception:
        if self._interception is None:
            self._interception = Interception(self.running().environment)
        return self._interception

    def apply(self) -> None:
        """Leads this process to the sandbox until it ends."""
        self.interception().apply(self._patch)
        self.is_applied = True

    def close(self) -> None:
        self._patch.undo()
        if self._interception:
            self._interception.close()
        if self._running:
            self._running.close()
        self._running = None

    def _start(self) -> RunningSandbox:
        option, getini = self._config.known_args_namespace, self._config.getini
        configured = option.relay_phone or os.environ.get("RELAY_PHONE") or getini("relay_phone_command")
        clock = option.relay_phone_clock or getini("relay_phone_clock")
        if clock not in ("real", "manual"):
            raise RelayPhoneError(f"relay_phone_clock is '{clock}'. It can be: real, manual")
        root = self._config.rootpath
        return start(find_command(configured, root), clock, root)


SESSION = pytest.StashKey[Session]()


def session_of(config: pytest.Config) -> Session:
    """Returns the session of a pytest process."""
    if SESSION not in config.stash:
        config.stash[SESSION] = Session(config)
    return config.stash[SESSION]


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Before conftest.py and other plugins, such as that of Django, import the app."""
    session = session_of(early_config)
    scope = early_config.getini("relay_phone_environment")
    if scope not in ("test", "session"):
        raise pytest.UsageError(f"relay_phone_environment is '{scope}'. It can be: test, session")
    arguments = early_config.known_args_namespace
    if scope == "session" and not (arguments.help or arguments.version):
        try:
            session.apply()
        except RelayPhoneError as error:
            raise pytest.UsageError(str(error)) from None
    yield


@pytest.fixture(scope="session")
def sandbox_session(request: pytest.FixtureRequest) -> Sandbox:
    """The sandbox for fixtures of the whole session. What they do to it stays; a test's own changes do not."""
    session = session_of(request.config)
    try:
        return Sandbox(session.running(), session.read_timeout())
    except RelayPhoneError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def twilio_environment(request: pytest.FixtureRequest, sandbox_session: Sandbox) -> Iterator[Mapping[str, str]]:
    """Leads the app in this process to the sandbox, as `relay-phone exec` leads a program. Gives the variables."""
    session = session_of(request.config)
    # Not the fixture monkeypatch, whose changes a test may undo.
    with pytest.MonkeyPatch.context() as patch:
        if not session.is_applied:
            session.interception().apply(patch)
        yield sandbox_session.environment()


@pytest.fixture
def sandbox(sandbox_session: Sandbox, twilio_environment: Mapping[str, str]) -> Iterator[Sandbox]:
    """A local Twilio that is the same before each test."""
    checkpoint = Checkpoint(sandbox_session)
    yield sandbox_session
    lacking = checkpoint.unsupported()
    checkpoint.restore()
    if lacking:
        warnings.warn(UnsupportedWarning(f"not in the sandbox: {', '.join(lacking)}"), stacklevel=1)


@pytest.fixture
def phone(sandbox: Sandbox) -> Phone:
    """A phone: +12025550190. `sandbox.phone(number)` gives others."""
    return sandbox.phone(STAND_IN)


@pytest.fixture
def async_sandbox(sandbox: Sandbox) -> AsyncSandbox:
    """The fixture `sandbox` for coroutines."""
    return AsyncSandbox(sandbox)


@pytest.fixture
def async_phone(async_sandbox: AsyncSandbox) -> AsyncPhone:
    """The fixture `phone` for coroutines."""
    return async_sandbox.phone(STAND_IN)


@pytest.fixture(scope="session")
def serve_app() -> Iterator[Callable[[App], str]]:
    """A function that serves an app of WSGI or ASGI until the tests end. It returns the origin."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serve(app))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Adds what happened in the sandbox to the report of a test that failed, unless its message says so already."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    used = getattr(item, "funcargs", {}).get("sandbox")
    says_so = call.excinfo is not None and call.excinfo.errisinstance((Unmet, RelayPhoneError))
    if report.when != "call" or not report.failed or says_so or not isinstance(used, Sandbox):
        return
    try:
        happened = used.describe_events()
    except RelayPhoneError as error:
        happened = str(error)
    report.sections.append(("What happened in the sandbox", happened))
