"""Runs a program, and stops it with all that it started when standard input closes: then pytest has ended.

It is a process of its own, so that nothing is left behind when pytest is killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

# How long the program may take to end by itself.
GRACE_SECONDS = 5.0


def main(command: "list[str]") -> int:
    """Returns the exit code of the program."""
    over = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: over.set())
    if os.name == "nt":
        # CREATE_NEW_PROCESS_GROUP, which other systems do not define.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, creationflags=0x00000200)
    else:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()
        over.set()

    def wait_for_child() -> None:
        child.wait()
        over.set()

    for wait in (wait_for_parent, wait_for_child):
        threading.Thread(target=wait, daemon=True).start()
    over.wait()
    stop(child)
    return child.wait()


def stop(child: "subprocess.Popen[bytes]") -> None:
    """Ends the program and all processes of its group."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_SECONDS)


if __name__ == "__main__":
    sys.stdout.flush()
    code = main(sys.argv[1:])
    # The thread that reads standard input may still hold its lock, so the interpreter must not tidy up.
    os._exit(code if code >= 0 else 128 - code)
