from flask import Flask, request
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

app = Flask(__name__)


@app.post("/sms")
def take_text():
    if request.form["Body"] == "code":
        Client().messages.create(from_=request.form["To"], to=request.form["From"], body="Your code is 123456")
    return str(MessagingResponse())
