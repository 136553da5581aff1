"""A courier service in Flask: a mask stands between a customer and a courier, for texts and calls."""

import os

from flask import Flask, abort, request
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

COURIER = "+13015550195"


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["BUG"] = None
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    client = Client()

    @app.before_request
    def verify_signature() -> None:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(request.url, request.form, signature):
            abort(403)

    @app.post("/sms")
    def take_text() -> str:
        if app.config["BUG"] == "crash":
            abort(500, "Number Is Out Of Seconds.")
        sender, mask, body = request.form["From"], request.form["To"], request.form["Body"]
        if body == "code":
            client.messages.create(from_=mask, to=sender, body="Your code is 123456")
            return str(MessagingResponse())
        name = sender if app.config["BUG"] == "leak" else "Customer"
        client.messages.create(from_=mask, to=COURIER, body=f"{name}: {body}")
        response = MessagingResponse()
        response.message("We have told the courier.")
        return str(response)

    @app.post("/voice")
    def take_call() -> str:
        response = VoiceResponse()
        gather = Gather(action="/voice/menu", num_digits=1)
        gather.say("Press 1 for your courier")
        response.append(gather)
        return str(response)

    @app.post("/voice/menu")
    def take_key() -> str:
        response = VoiceResponse()
        if request.form["Digits"] == "1":
            dial = Dial(caller_id=request.form["To"])
            dial.number(COURIER)
            response.append(dial)
        else:
            response.say("Goodbye")
            response.hangup()
        return str(response)

    return app
