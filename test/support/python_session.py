# Runs snippets with Twilio's Python SDK, unmodified, against a sandbox: one JSON line in, one JSON line out.
import json
import os
import re
import sys
import textwrap
import traceback

from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

ORIGIN = os.environ["SANDBOX_ORIGIN"]


class SandboxHttpClient(TwilioHttpClient):
    """The SDK has no base URL; its transport is what it lets others take the place of."""

    def request(self, method, url, *args, **kwargs):
        address = re.sub(r"^https://[a-z.]+\.twilio\.com", ORIGIN, url)
        return super().request(method, address, *args, **kwargs)


def create_client(sid=os.environ["ACCOUNT_SID"], token=os.environ["AUTH_TOKEN"]):
    return Client(sid, token, http_client=SandboxHttpClient())


def describe(error):
    fields = ("status", "code", "msg", "method", "uri")
    known = {name: getattr(error, name) for name in fields if hasattr(error, name)}
    return {"type": type(error).__name__, "message": str(error.args and error.args[0]), **known}


def answer(code):
    body = textwrap.indent(textwrap.dedent(code), "    ")
    names = {
        "client": client,
        "create_client": create_client,
        "RequestValidator": RequestValidator,
    }
    try:
        exec(f"def snippet():\n{body}", names)
        return {"returned": names["snippet"]()}
    except TwilioException as error:
        return {"raised": describe(error)}
    except Exception:
        return {"bug": traceback.format_exc()}


client = create_client()
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
