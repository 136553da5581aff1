"""The control API of the sandbox that `relay-phone exec` started, with nothing but the standard library."""
import json
import os
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen


class Sandbox:
    def __init__(self):
        # exec says where the state folder is; while a sandbox runs, its address is there.
        address = json.loads(Path(os.environ["RELAY_PHONE_STATE_DIR"], "sandbox.json").read_text())
        self.base = f"http://127.0.0.1:{address['port']}/_sandbox"
        self.headers = {"Authorization": f"Bearer {address['controlToken']}"}

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.base + path, data, self.headers, method=method), timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def phone(self, number):
        return Phone(self, number)

    def who_saw(self, number):
        """Every time that another phone was shown the number; empty when masking holds."""
        return self.ask("GET", f"/who-saw/{quote(number)}")

    def advance(self, time):
        """Lets time pass, such as "30s" or "2h", with all that falls due meanwhile."""
        self.ask("POST", "/clock", {"advance": time})


class Phone:
    def __init__(self, sandbox, number):
        self.sandbox, self.number, self.path = sandbox, number, f"/phones/{quote(number)}"

    def text(self, to, body):
        """Sends a text; gives how the app answered the webhook."""
        return self.sandbox.ask("POST", f"{self.path}/text", {"to": to, "body": body})["webhook"]

    def texts(self):
        """What it has received, oldest first, as (sender, body)."""
        return [(text["from"], text["body"]) for text in self.sandbox.ask("GET", f"{self.path}/texts")]

    def refuse_texts(self, code):
        self.sandbox.ask("PUT", f"{self.path}/behaviour", {"texts": {"undelivered": code}})
