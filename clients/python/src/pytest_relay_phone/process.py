"""Starts `relay-phone sandbox`, or joins the sandbox of `relay-phone exec` that pytest itself runs in."""

from __future__ import annotations

import json
import os
import queue
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from .control import Control
from .errors import RelayPhoneError, visible
from .version import VERSION, fits

# Long enough for npx to download the package.
START_SECONDS = 120.0
STOP_SECONDS = 15.0
# What `exec` sets: a sandbox of an outer pytest or `exec` must not be mistaken for the own one.
FOREIGN = ("RELAY_PHONE_STATE_DIR", "RELAY_PHONE_ADOPT")
# The variables that a program of `exec` has, for a pytest that is one.
OF_EXEC = (
    *("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "NODE_USE_ENV_PROXY"),
    *("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "TWILIO_CA_BUNDLE"),
    *("PHP_INI_SCAN_DIR", "JAVA_TOOL_OPTIONS", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_MAIN_NUMBER"),
    *("TWILIO_SMS_APPLICATION_SID", "TWILIO_MESSAGING_SERVICE_SID", "TWILIO_TEST_ACCOUNT_SID"),
    *("TWILIO_TEST_AUTH_TOKEN", "SITE_ORIGIN", "ALLOWED_HOSTS", *FOREIGN),
)


class RunningSandbox:
    """A sandbox in another process. `close` stops it if this process started it."""

    def __init__(self, control: Control, environment: Mapping[str, str], close: Callable[[], None] = lambda: None) -> None:
        self.control = control
        self.environment = environment
        self.close = close
        self.version: str = control.ask("GET", "/state")["version"]
        if not fits(self.version):
            close()
            raise RelayPhoneError(
                f"The sandbox is relay-phone {self.version}, but pytest-relay-phone is {VERSION}.\n"
                "Both must have the same major and minor number.\n"
                f"  Try: npm install --save-dev relay-phone@{VERSION}\n"
                f"  Or:  pip install 'pytest-relay-phone=={self.version}'"
            )


def find_joined() -> RunningSandbox | None:
    """Returns the sandbox of `relay-phone exec -- pytest`. None outside of `exec`, and in a worker of pytest-xdist:
    workers must not share a sandbox.
    """
    folder = os.environ.get("RELAY_PHONE_STATE_DIR")
    is_proxied = "//relay-phone:" in os.environ.get("HTTPS_PROXY", "")
    if folder is None or not is_proxied or "PYTEST_XDIST_WORKER" in os.environ:
        return None
    control = _read_address(Path(folder))
    if control is None:
        return None
    environment = {name: os.environ[name] for name in OF_EXEC if name in os.environ}
    return RunningSandbox(control, environment)


def find_command(configured: str | None, root: Path) -> list[str]:
    """Returns the words of the command `relay-phone`: the configured one, that of the project, that on the PATH, or npx.

    Raises RelayPhoneError, which says what to install, if it finds nothing.
    """
    if configured:
        words = shlex.split(configured, posix=os.name != "nt")
        # A relative path is that of a file of the project, wherever pytest was started.
        if words and os.path.dirname(words[0]):
            words[0] = str(root / words[0])
        if words and shutil.which(words[0]):
            return words
        raise RelayPhoneError(
            f"The command for relay-phone, '{configured}', cannot be run: '{(words or [''])[0]}' was not found.\n"
            "  It comes from --relay-phone, the variable RELAY_PHONE, or relay_phone_command in the pytest settings."
        )
    for folder in (root, *root.parents):
        found = shutil.which("relay-phone", path=str(folder / "node_modules" / ".bin"))
        if found:
            return [found]
    found = shutil.which("relay-phone")
    if found:
        return [found]
    npx = shutil.which("npx")
    if npx:
        return [npx, "--yes", f"relay-phone@{VERSION}"]
    raise RelayPhoneError(
        "The program relay-phone was not found: not in node_modules/.bin, not on the PATH, and npx was not found either.\n"
        "  Try: install Node.js 20.19 or later, then npm install --save-dev "
        f"relay-phone@{VERSION}\n"
        "  Or:  name it with --relay-phone COMMAND, the variable RELAY_PHONE, or relay_phone_command in the pytest settings"
    )


def start(command: list[str], clock: str, root: Path) -> RunningSandbox:
    """Starts a sandbox with an empty account, from `root`: the folder of the app, whose `.env` may name its hosts.

    Raises RelayPhoneError, with what relay-phone said, if it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="pytest-relay-phone-"))
    state = folder / "state"
    # The records of state folders are the user's. This folder is not worth one. Errors are quoted without colours.
    own = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "NO_COLOR": "1"}
    for name in (*FOREIGN, "FORCE_COLOR"):
        own.pop(name, None)
    flags = ["--json", "--state-dir", str(state)]
    served = [
        *command,
        "sandbox",
        *flags,
        "--no-page",
        "--port",
        "0",
        *(["--clock", clock] if clock == "manual" else []),
    ]
    errors = folder / "errors.txt"
    guarded = [sys.executable, "-I", str(Path(__file__).with_name("guard.py")), str(folder), *served]
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            guarded,
            cwd=root,
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            # Ctrl-C is for pytest, which stops the sandbox when the fixtures are done with it.
            start_new_session=os.name != "nt",
        )

    def close() -> None:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)

    try:
        _await_document(process, served, errors)
        control = _read_address(state, lambda: _explain_end(process, errors))
        if control is None:
            raise RelayPhoneError(f"{shlex.join(served)} wrote no address to {state}.")
        return RunningSandbox(control, _read_environment([*command, "exec", "--print-env", *flags], root, own), close)
    except BaseException:
        close()
        raise


def _await_document(process: subprocess.Popen[bytes], command: list[str], errors: Path) -> None:
    """Waits for the JSON document that the sandbox prints once it answers."""
    ready: queue.Queue[bool] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=_read_document, args=(process.stdout, ready), daemon=True).start()
    try:
        if ready.get(timeout=START_SECONDS):
            return
        code = process.wait(STOP_SECONDS)
        outcome = "could not be run" if code in (126, 127) else f"ended with {code}"
    except (queue.Empty, subprocess.TimeoutExpired):
        outcome = f"was not ready within {START_SECONDS:g} s"
    said = _quote(errors.read_text(errors="replace"))
    raise RelayPhoneError(f"{shlex.join(command)} {outcome}" + (f":\n{said}" if said else "."))


def _explain_end(process: subprocess.Popen[bytes], errors: Path) -> str:
    """Says that the program has ended and what it said last. Empty if it runs, or it was stopped."""
    try:
        code = process.wait(1)
        said = _quote(errors.read_text(errors="replace"))
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return f"\nrelay-phone sandbox ended with {code}" + (f":\n{said}" if said else ".") + "\n  Try: run pytest again"


def _quote(said: str) -> str:
    """Returns the last lines of what a program said."""
    return "\n".join(visible(line) for line in said.strip().splitlines()[-20:])


def _read_document(stdout: IO[bytes], ready: queue.Queue[bool]) -> None:
    """Puts True once a whole document was read, False if the output ends before. Then reads on, so that nothing blocks."""
    text = ""
    with stdout:
        for line in stdout:
            text += line.decode(errors="replace")
            try:
                json.loads(text)
            except ValueError:
                continue
            ready.put(True)
            break
        for _ in stdout:
            pass
    ready.put(False)


def _read_environment(command: list[str], root: Path, environment: dict[str, str]) -> dict[str, str]:
    """Returns the variables that `exec --print-env` prints for the running sandbox."""
    try:
        printed = subprocess.run(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_SECONDS,
            check=True,
        )
        values: dict[str, str] = json.loads(printed.stdout)["environment"]
    except subprocess.CalledProcessError as error:
        said = _quote(error.stderr.decode(errors="replace"))
        raise RelayPhoneError(f"{shlex.join(command)} ended with {error.returncode}:\n{said}") from None
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        raise RelayPhoneError(f"{shlex.join(command)} gave no usable answer: {error!r}") from error
    return values


def _read_address(folder: Path, explain: Callable[[], str] = str) -> Control | None:
    try:
        address = json.loads((folder / "sandbox.json").read_text())
        return Control(address["port"], address["controlToken"], explain)
    except (OSError, ValueError, KeyError):
        return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    # A process that an app has forked may hold the other end of standard input open.
    if os.name != "nt":
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
