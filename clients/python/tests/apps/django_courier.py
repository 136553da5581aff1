"""The same service in Django, in one file: texts only."""

import os
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

COURIER = "+13015550195"


@csrf_exempt  # type: ignore[untyped-decorator]
def take_text(request: HttpRequest) -> HttpResponse:
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    if not validator.validate(request.build_absolute_uri(), request.POST, request.headers["X-Twilio-Signature"]):
        return HttpResponse(status=403)
    Client().messages.create(from_=request.POST["To"], to=COURIER, body=f"Customer: {request.POST['Body']}")
    return HttpResponse(str(MessagingResponse()), content_type="text/xml")


urlpatterns = [path("sms", take_text)]


def create_app() -> Any:
    if not settings.configured:
        settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="not a secret")
        django.setup()
    return get_wsgi_application()
