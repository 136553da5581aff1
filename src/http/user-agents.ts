// What a `User-Agent` says of who sends a request: Twilio, or relay-phone itself, and not the app under test.

/** The `User-Agent` of Twilio's webhooks, and of its requests for media. */
export const TWILIO_AGENT = 'TwilioProxy/1.1';

/** Stands at the end of the `User-Agent` of relay-phone's own requests to Twilio. */
export const OWN_AGENT = 'relay-phone';
