"""What a developer reads when a test fails, or the sandbox cannot be used."""

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from pytest_relay_phone import RelayPhoneError, Sandbox, SandboxRefusal, process

APP = """
    import pytest
    from pytest_relay_phone import serve_wsgi

    def crash(environ, start_response):
        start_response("500 Oops", [("Content-Type", "text/plain")])
        return [b"Number Is Out Of Seconds."]

    @pytest.fixture
    def mask(sandbox):
        with serve_wsgi(crash) as origin:
            yield sandbox.number("+12025550123", sms_url=f"{origin}/sms")
"""


@pytest.fixture(autouse=True)
def plain_output(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "FORCE_COLOR", "CI"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")


def fail(pytester: pytest.Pytester, test: str) -> str:
    """Runs a test that fails. Returns what pytest printed about it."""
    pytester.makeconftest(APP)
    pytester.makepyfile(test)
    result = pytester.runpytest_subprocess("-q", "--tb=short")
    result.assert_outcomes(failed=1)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", result.stdout.str())
    return re.sub(r"in \d+ ms", "in N ms", text)


def test_a_text_that_does_not_come(pytester: pytest.Pytester) -> None:
    printed = fail(
        pytester,
        """
        def test_code(mask, sandbox, phone):
            sandbox.phone("+12125550190").text(mask, "Hi")
            phone.wait_for_text("code", timeout=0.1)
        """,
    )
    assert (
        """
test_a_text_that_does_not_come.py:3: in test_code
    phone.wait_for_text("code", timeout=0.1)
E   pytest_relay_phone.errors.Unmet: +12025550190 got no text that contains 'code' within 0.1 s.
E   It got no text at all.
E   What happened:
E     +12125550190's text reached nobody, because the app answered 500: "Number Is Out Of Seconds."; 1 webhook (failed); nobody saw another phone's number.
E   Webhooks that failed:
E     POST http://127.0.0.1:PORT/sms: gave an answer that fails: HTTP error response code 500 (11217)
"""
        in printed
    )


def test_an_assertion_of_the_test_itself(pytester: pytest.Pytester) -> None:
    printed = fail(
        pytester,
        """
        def test_reply(mask, sandbox, phone):
            phone.text(mask, "Hi")
            assert [text.body for text in phone.texts()] == ["Hello"]
        """,
    )
    assert (
        """- What happened in the sandbox ---------------------------------------------
What happened:
  +12025550190's text reached nobody, because the app answered 500: "Number Is Out Of Seconds."; 1 webhook (failed); nobody saw another phone's number.
Webhooks that failed:
  POST http://127.0.0.1:PORT/sms: gave an answer that fails: HTTP error response code 500 (11217)
"""
        in printed
    )


def test_an_app_that_cannot_be_reached(pytester: pytest.Pytester) -> None:
    printed = fail(
        pytester,
        """
        def test_reply(sandbox, phone):
            mask = sandbox.number("+12025550123", sms_url="http://127.0.0.1:9/sms")
            assert phone.text(mask, "Hi").status is None
            phone.wait_for_text(timeout=0.1)
        """,
    )
    assert (
        "E     POST http://127.0.0.1:PORT/sms: gave no complete answer: TCP connection refused (ECONNREFUSED) (11202)"
        in printed
    )


def test_waiting_at_a_number_of_the_account_is_refused_at_once(sandbox: Sandbox) -> None:
    own = sandbox.phone(sandbox.number("+12025550123"))
    for wait in (own.wait_for_text, own.wait_for_call):
        with pytest.raises(SandboxRefusal) as refusal:
            wait(timeout=60)
        assert "the account owns that number, so it is not a phone" in str(refusal.value)
        assert "Try: wait at a number that the account does not own" in str(refusal.value)


def test_an_app_that_never_reached_the_sandbox(pytester: pytest.Pytester) -> None:
    printed = fail(pytester, "def test_code(phone): phone.wait_for_text(timeout=0.1)")
    assert (
        """
E   It got no text at all.
E   Nothing happened: no text was sent and no call was made.
E   The app has sent no request to the sandbox. Its SDK must see the variables of the fixture twilio_environment.
"""
        in printed
    )


def test_an_app_that_was_imported_before_the_variables_were_set(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from twilio.rest import Client

        CLIENT = Client("AC" + "0" * 32, "a token of nobody")

        def test_code(sandbox, phone):
            with pytest.raises(Exception):
                CLIENT.messages.create(from_=sandbox.main_number, to=phone.number, body="Hello")
            phone.wait_for_text(timeout=0.1)
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   *The app's requests had no credentials*relay_phone_environment = session*"])


def test_a_manual_clock_that_stands_still(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nrelay_phone_clock = manual")
    printed = fail(
        pytester,
        """
        from twilio.rest import Client

        def test_code(sandbox, phone):
            Client().messages.create(from_=sandbox.main_number, to=phone.number, body="code")
            sandbox.clock.advance("0s")
            phone.wait_for_text(timeout=0.1)
        """,
    )
    assert "E   The clock is manual, and something is due: sandbox.clock.advance('1m') lets time pass." in printed


def test_a_control_character_in_what_the_app_said_is_escaped(pytester: pytest.Pytester) -> None:
    printed = fail(
        pytester,
        r"""
        from twilio.rest import Client

        def test_code(sandbox, phone):
            Client().messages.create(from_=sandbox.main_number, to=phone.number, body="a\x1b[2Jb")
            phone.wait_for_text()
            phone.wait_for_text(timeout=0.1)
        """,
    )
    assert r"+12025550100: 'a\x1b[2Jb'" in printed
    assert "\x1b[2J" not in printed


def test_a_refusal_is_shown_at_the_line_of_the_test_without_the_token(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pathlib

        def test_one(sandbox, phone):
            pathlib.Path("token").write_text(sandbox._control.token)
            phone.text("+12125550199", "Hello")
        """
    )
    result = pytester.runpytest_subprocess("-q", "--showlocals")
    result.assert_outcomes(failed=1)
    printed = result.stdout.str()
    assert "the account does not own +12125550199" in printed
    assert "control.py" not in printed
    assert (pytester.path / "token").read_text() not in printed


def start_without_program(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("RELAY_PHONE", raising=False)
    monkeypatch.setenv("PATH", str(pytester.mkdir("empty")))
    pytester.makepyfile("def test_one(sandbox): pass\ndef test_two(sandbox): pass")
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(errors=2)
    return result.stdout.str()


def test_no_program(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = start_without_program(pytester, monkeypatch)
    assert (
        "The program relay-phone was not found: not in node_modules/.bin, not on the PATH, and npx was not found either."
        in printed
    )
    assert "npm install --save-dev relay-phone@" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("no-such-program --flag", "'no-such-program' was not found"),
        (shlex.join([sys.executable, "-c", "print('{'); raise SystemExit('Broken.')"]), "ended with 1:"),
    ],
)
def test_a_program_that_does_not_start(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, command: str, reason: str
) -> None:
    monkeypatch.delenv("RELAY_PHONE", raising=False)
    pytester.makepyfile("def test_one(sandbox): pass")
    result = pytester.runpytest_subprocess("-q", "--relay-phone", command)
    result.assert_outcomes(errors=1)
    assert reason in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_a_program_that_never_gets_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    with pytest.raises(RelayPhoneError, match=r"sandbox --json .* was not ready within 0\.5 s"):
        process.start([sys.executable, "-c", "import time; time.sleep(600)"], "real", tmp_path)


def test_a_timeout_that_is_not_a_number(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(sandbox): pass")
    result = pytester.runpytest_subprocess("-q", "-o", "relay_phone_timeout=nan")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["relay_phone_timeout is 'nan'. It must be a number of seconds."])


def write_program(pytester: pytest.Pytester, replaced: str) -> Path:
    """Writes a relay-phone whose sandbox says that it is of another version."""
    program = pytester.path / "program.py"
    program.write_text(replaced)
    return program


def test_a_sandbox_of_another_version(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    program = write_program(
        pytester,
        """
import json, pathlib, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"version": "9.1.0"}')
    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
if "exec" in sys.argv:
    print('{"environment": {}}')
    raise SystemExit
folder = pathlib.Path(sys.argv[sys.argv.index("--state-dir") + 1])
folder.mkdir(parents=True)
(folder / "sandbox.json").write_text(json.dumps({"port": server.server_port, "controlToken": "x"}))
print("{}", flush=True)
server.serve_forever()
""",
    )
    monkeypatch.setenv("RELAY_PHONE", shlex.join([sys.executable, str(program)]))
    pytester.makepyfile("def test_one(sandbox): pass")
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*The sandbox is relay-phone 9.1.0, but pytest-relay-phone is *", "*npm install*"])


def test_settings_that_do_not_exist(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(sandbox): pass")
    result = pytester.runpytest_subprocess("-o", "relay_phone_environment=module")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: relay_phone_environment is 'module'. It can be: test, session"])
    assert os.environ.get("RELAY_PHONE_STATE_DIR") is None
