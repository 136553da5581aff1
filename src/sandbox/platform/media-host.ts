// Twilio's host of the media files of messages.

/** `api.twilio.com` redirects to it. */
export const MEDIA_HOST = 'mms.twiliocdn.com';
