"""Times requests of Twilio's SDK for Python, over the way it takes by itself and to the sandbox's plain port, in turn."""

import json
import os
import sys
import time

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROUNDS, EACH = int(sys.argv[1]), int(sys.argv[2])
with open(".relay-phone/sandbox.json", encoding="utf-8") as address:
    ORIGIN = f"http://127.0.0.1:{json.load(address)['port']}"


class PlainHttpClient(TwilioHttpClient):
    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", ORIGIN), *args, **kwargs)


def create(http_client):
    sid = os.environ["TWILIO_ACCOUNT_SID"]
    return Client(sid, os.environ["TWILIO_AUTH_TOKEN"], http_client=http_client).api.accounts(sid)


def measure(account):
    start = time.perf_counter()
    for _ in range(EACH):
        account.fetch()
    return (time.perf_counter() - start) / EACH * 1000


accounts = {"intercepted": create(TwilioHttpClient()), "plain": create(PlainHttpClient())}
times = {name: [] for name in accounts}
for turn in range(ROUNDS + 1):
    for name, account in accounts.items():
        took = measure(account)
        if turn > 0:
            times[name].append(took)
print(json.dumps(times))
