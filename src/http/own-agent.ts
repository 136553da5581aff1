// How requests to Twilio say that relay-phone itself sends them, and not the app under test.

/** Stands at the end of the `User-Agent` of such requests. */
export const OWN_AGENT = 'relay-phone';
