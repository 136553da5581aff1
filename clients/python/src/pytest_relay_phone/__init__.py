"""Tests texts and calls of an app on Twilio with pytest, against the local Twilio of relay-phone."""

from .aio import AsyncCall, AsyncClock, AsyncFault, AsyncPhone, AsyncSandbox
from .call import Call
from .errors import RelayPhoneError, SandboxRefusal, Unmet, UnsupportedWarning
from .phone import Phone
from .records import Alert, CallLog, Exposure, Sound, Text, TextResult, Trace, Unsupported, Webhook
from .sandbox import Clock, Fault, Sandbox
from .serve import serve_asgi, serve_wsgi
from .version import VERSION as __version__

__all__ = [
    "Alert",
    "AsyncCall",
    "AsyncClock",
    "AsyncFault",
    "AsyncPhone",
    "AsyncSandbox",
    "Call",
    "CallLog",
    "Clock",
    "Exposure",
    "Fault",
    "Phone",
    "RelayPhoneError",
    "Sandbox",
    "SandboxRefusal",
    "Sound",
    "Text",
    "TextResult",
    "Trace",
    "Unmet",
    "Unsupported",
    "UnsupportedWarning",
    "Webhook",
    "__version__",
    "serve_asgi",
    "serve_wsgi",
]
