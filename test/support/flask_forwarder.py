"""A small Flask app that forwards the texts to a mask to its owner, as its handler runs or, with LATER, in a thread."""

import os
import threading

from flask import Flask, Response, request
from twilio.rest import Client

OWNER = "+13015550195"
app = Flask(__name__)
client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])


@app.post("/sms")
def forward_text() -> Response:
    mask, sender, body = request.form["To"], request.form["From"], request.form["Body"]

    def send() -> None:
        client.messages.create(from_=mask, to=OWNER, body=f"{sender}: {body}")

    if os.environ.get("LATER"):
        threading.Thread(target=send).start()
    else:
        send()
    return Response("<Response/>", mimetype="text/xml")


app.run(port=0, threaded=True)
