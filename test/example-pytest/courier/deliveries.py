"""Matches couriers with customers, and sends announcements."""
from django.conf import settings
from twilio.rest import Client

customers = []
statuses = {}


def pass_on(sender, body):
    """Returns the other side of a delivery and the text for it."""
    if sender != settings.COURIER:
        customers.append(sender)
        return settings.COURIER, f"Customer: {body}"
    if customers:
        return customers[-1], f"Courier: {body}"
    return sender, "There is no customer yet."


def announce(customer):
    """Texts a customer that the parcel is on its way. Returns the SID of the text."""
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    message = client.messages.create(
        from_=settings.MASK,
        to=customer,
        body="Your parcel is on its way. Reply to reach your courier.",
        status_callback=f"{settings.SITE_ORIGIN}/twilio/status",
    )
    return message.sid
