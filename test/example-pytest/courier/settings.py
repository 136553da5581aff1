"""The settings of a delivery service: a customer and a courier text each other, neither sees the other's number."""
import os

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")
ROOT_URLCONF = "courier.urls"

TWILIO_ACCOUNT_SID = os.environ["TWILIO_ACCOUNT_SID"]
TWILIO_AUTH_TOKEN = os.environ["TWILIO_AUTH_TOKEN"]

# Where Twilio reaches us.
SITE_ORIGIN = os.environ.get("SITE_ORIGIN", "http://127.0.0.1:8000")
# The number between the two, once it is bought, and the courier of the day.
MASK = os.environ.get("COURIER_MASK", "")
COURIER = os.environ.get("COURIER_PHONE", "+13015550195")
