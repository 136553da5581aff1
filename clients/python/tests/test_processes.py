"""Processes: workers of pytest-xdist, Ctrl-C, a killed pytest, a sandbox that dies, and `relay-phone exec -- pytest`."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def processes_of(folder: Path) -> list[str]:
    """Lists the processes that have the temporary folder of a run in their command."""
    listed = subprocess.check_output(["ps", "-A", "-ww", "-o", "args="], text=True).splitlines()
    return [line for line in listed if str(folder) in line]


@pytest.fixture
def own_tmp(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of the runs of a test."""
    folder = pytester.mkdir("tmp-of-runs")
    monkeypatch.setenv("TMPDIR", str(folder))
    for name in ["PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"]:
        monkeypatch.delenv(name, raising=False)
    return folder


@contextmanager
def waiting_pytest(pytester: pytest.Pytester, *arguments: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Runs pytest with a test that waits for ever. Gives its process once the test runs."""
    pytester.makepyfile(
        """
        import pathlib, time

        def test_waits(sandbox, phone):
            pathlib.Path("running").touch()
            phone.wait_for_text(timeout=600)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], cwd=pytester.path, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        until(lambda: (pytester.path / "running").exists())
        yield process
    finally:
        process.kill()
        process.wait()


def until(holds) -> None:  # type: ignore[no-untyped-def]
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it did not come true")


def test_each_worker_has_a_sandbox_of_its_own(pytester: pytest.Pytester, own_tmp: Path) -> None:
    pytester.makepyfile(
        """
        import os, pathlib, time
        import pytest
        from twilio.rest import Client

        @pytest.mark.parametrize("number", range(6))
        def test_one(number, sandbox, phone):
            pathlib.Path(f"origin-{os.environ['PYTEST_XDIST_WORKER']}").write_text(sandbox.origin)
            Client().messages.create(from_=sandbox.main_number, to=phone.number, body=str(number))
            assert [phone.wait_for_text().body, len(phone.texts())] == [str(number), 1]
            while len(list(pathlib.Path().glob("origin-*"))) < 2:
                time.sleep(0.05)
        """
    )
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=6)
    assert len({path.read_text() for path in pytester.path.glob("origin-*")}) == 2
    assert processes_of(own_tmp) == []
    assert list(own_tmp.glob("pytest-relay-phone-*")) == []


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_ctrl_c_leaves_no_process(pytester: pytest.Pytester, own_tmp: Path, arguments: tuple[str, ...]) -> None:
    with waiting_pytest(pytester, *arguments) as process:
        assert len(processes_of(own_tmp)) > 0
        # A terminal sends it to the whole group.
        os.killpg(process.pid, signal.SIGINT)
        printed = process.communicate()[0].decode()
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in printed
    until(lambda: processes_of(own_tmp) == [])


def test_a_killed_pytest_leaves_no_process_and_no_folder(pytester: pytest.Pytester, own_tmp: Path) -> None:
    with waiting_pytest(pytester) as process:
        assert len(processes_of(own_tmp)) > 0
        process.kill()
    until(lambda: processes_of(own_tmp) == [] and list(own_tmp.glob("pytest-relay-phone-*")) == [])


def test_a_killed_pytest_leaves_nothing_although_a_process_that_it_forked_lives_on(
    pytester: pytest.Pytester, own_tmp: Path
) -> None:
    pytester.makeconftest(
        """
        import os, pathlib, time
        import pytest

        @pytest.fixture(autouse=True)
        def forked(sandbox):
            if os.fork() == 0:
                pathlib.Path("forked").write_text(str(os.getpid()))
                time.sleep(600)
                os._exit(0)
        """
    )
    with waiting_pytest(pytester) as process:
        until(lambda: (pytester.path / "forked").exists())
        process.kill()
    try:
        until(lambda: processes_of(own_tmp) == [] and list(own_tmp.glob("pytest-relay-phone-*")) == [])
    finally:
        os.kill(int((pytester.path / "forked").read_text()), signal.SIGKILL)


def test_a_sandbox_that_dies_is_named(pytester: pytest.Pytester, own_tmp: Path) -> None:
    pytester.makepyfile(
        """
        import json, os, pathlib, signal

        def test_dies(sandbox, phone, twilio_environment):
            address = pathlib.Path(twilio_environment["RELAY_PHONE_STATE_DIR"], "sandbox.json")
            os.kill(json.loads(address.read_text())["pid"], signal.SIGKILL)
            phone.wait_for_text()
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.stdout.fnmatch_lines(
        [
            "*RelayPhoneError: Failed to reach the sandbox at http://127.0.0.1:*",
            "*relay-phone sandbox ended with *",
            "*Try: run pytest again",
        ]
    )
    assert processes_of(own_tmp) == []


def test_the_variables_can_be_there_before_the_app_is_imported(pytester: pytest.Pytester, own_tmp: Path) -> None:
    pytester.makeini("[pytest]\nrelay_phone_environment = session")
    pytester.makeconftest("from twilio.rest import Client\nCLIENT = Client()")
    pytester.makepyfile(
        """
        from conftest import CLIENT

        def test_one(sandbox, phone):
            CLIENT.messages.create(from_=sandbox.main_number, to=phone.number, body="Hello")
            phone.wait_for_text("Hello")
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert processes_of(own_tmp) == []


@pytest.mark.parametrize("workers", [0, 2])
def test_pytest_in_exec_uses_its_sandbox_except_in_workers(pytester: pytest.Pytester, own_tmp: Path, workers: int) -> None:
    pytester.makepyfile(
        """
        import os, pathlib
        from twilio.rest import Client

        def test_one(sandbox, phone):
            folder = sandbox.environment()["RELAY_PHONE_STATE_DIR"]
            assert (pathlib.Path(folder) == pathlib.Path.cwd() / ".relay-phone") == ("PYTEST_XDIST_WORKER" not in os.environ)
            Client().messages.create(from_=sandbox.main_number, to=phone.number, body="Hello")
            phone.wait_for_text("Hello")
        """
    )
    program = shlex.split(os.environ["RELAY_PHONE"])
    words = ["exec", "--", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(["-n", "2"] if workers else [])]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(own_tmp)}
    result = subprocess.run([*program, *words], cwd=pytester.path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
