"""Runs a program, and stops it with all that it started when pytest ends: then standard input closes.

It is a process of its own, so that nothing is left behind when pytest is killed, not even the folder of the program.
"""

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading

# How long the program may take to end by itself.
GRACE_SECONDS = 5.0
# How often to look whether pytest is still there.
LOOK_SECONDS = 1.0


def main(folder: str, command: "list[str]") -> int:
    """Returns the exit code of the program. Removes the folder if pytest cannot do so any more."""
    parent = os.getppid()
    # Not an Event, whose lock a signal handler cannot take while the main thread has it.
    over: queue.SimpleQueue[None] = queue.SimpleQueue()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: over.put(None))
    if os.name == "nt":
        # CREATE_NEW_PROCESS_GROUP, which other systems do not define.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, creationflags=0x00000200)
    else:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()
        over.put(None)

    def wait_for_child() -> None:
        child.wait()
        over.put(None)

    for wait in (wait_for_parent, wait_for_child):
        threading.Thread(target=wait, daemon=True).start()
    # A process that an app has forked holds standard input open after pytest was killed. Then the parent is another one.
    while os.getppid() == parent:
        with contextlib.suppress(queue.Empty):
            over.get(timeout=LOOK_SECONDS)
            break
    stop(child)
    code = child.wait()
    if os.getppid() != parent:
        shutil.rmtree(folder, ignore_errors=True)
    return code


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
    code = main(sys.argv[1], sys.argv[2:])
    # The thread that reads standard input may still hold its lock, so the interpreter must not tidy up.
    os._exit(code if code >= 0 else 128 - code)
