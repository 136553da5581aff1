"""A client of the control API of `relay-phone exec`, with only the standard library."""
import json
import os
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen


class Sandbox:
    def __init__(self):
        # exec sets this variable; the state folder has the address of the running sandbox.
        address = json.loads(Path(os.environ["RELAY_PHONE_STATE_DIR"], "sandbox.json").read_text())
        self.base = f"http://127.0.0.1:{address['port']}/_sandbox"
        self.headers = {"Authorization": f"Bearer {address['controlToken']}"}

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.base + path, data, self.headers, method=method), timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def phone(self, number):
        return Phone(self, number)

    def exposures(self, number):
        """Returns each time another phone was shown the number; empty if masking works."""
        return self.ask("GET", f"/exposures/{quote(number)}")

    def advance(self, time):
        """Advances the clock by a time such as "30s" or "2h", and runs everything due."""
        self.ask("POST", "/clock", {"advance": time})


class Phone:
    def __init__(self, sandbox, number):
        self.sandbox, self.number, self.path = sandbox, number, f"/phones/{quote(number)}"

    def text(self, to, body):
        """Sends a text. Returns the answer of the app to the webhook."""
        return self.sandbox.ask("POST", f"{self.path}/text", {"to": to, "body": body})["webhook"]

    def texts(self):
        """Returns the received texts, oldest first, as (sender, body)."""
        return [(text["from"], text["body"]) for text in self.sandbox.ask("GET", f"{self.path}/texts")]

    def refuse_texts(self, code):
        self.sandbox.ask("PUT", f"{self.path}/behaviour", {"texts": {"undelivered": code}})
