"""The webhooks: incoming texts, and status callbacks of our own texts."""
from functools import wraps

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from courier import deliveries


def from_twilio(view):
    """Accepts only requests signed with our auth token."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request):
        validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
        signature = request.headers.get("X-Twilio-Signature", "")
        if validator.validate(request.build_absolute_uri(), request.POST, signature):
            return view(request)
        return HttpResponseForbidden("Not from Twilio.")

    return checked


@from_twilio
def text(request):
    """Forwards a text to the other side, from the mask."""
    receiver, body = deliveries.pass_on(request.POST["From"], request.POST["Body"])
    answer = MessagingResponse()
    answer.message(body, to=receiver)
    return HttpResponse(str(answer), content_type="text/xml")


@from_twilio
def status(request):
    deliveries.statuses[request.POST["MessageSid"]] = request.POST["MessageStatus"]
    return HttpResponse(status=204)
