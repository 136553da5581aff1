"""Settings of a delivery service, where customer and courier text each other without seeing each other's number."""
import os

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")
ROOT_URLCONF = "courier.urls"

TWILIO_ACCOUNT_SID = os.environ["TWILIO_ACCOUNT_SID"]
TWILIO_AUTH_TOKEN = os.environ["TWILIO_AUTH_TOKEN"]

# The public origin for webhooks.
SITE_ORIGIN = os.environ.get("SITE_ORIGIN", "http://127.0.0.1:8000")
# The number between the two, once it is bought, and the phone of the courier.
MASK = os.environ.get("COURIER_MASK", "")
COURIER = os.environ.get("COURIER_PHONE", "+13015550195")
