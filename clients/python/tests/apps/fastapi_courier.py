"""The same service in FastAPI, with the coroutines of Twilio's SDK: texts only."""

import os

from fastapi import FastAPI, HTTPException, Request, Response
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

COURIER = "+13015550195"

app = FastAPI()


@app.post("/sms")
async def take_text(request: Request) -> Response:
    form = await request.form()
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    if not validator.validate(str(request.url), form, request.headers.get("X-Twilio-Signature", "")):
        raise HTTPException(403)
    async with AsyncTwilioHttpClient() as http_client:
        client = Client(http_client=http_client)
        await client.messages.create_async(from_=form["To"], to=COURIER, body=f"Customer: {form['Body']}")
    return Response(str(MessagingResponse()), media_type="text/xml")
