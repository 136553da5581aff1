// What a webhook says of an inbound text.
import { readGeography } from '../../numbers/geography.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { World } from '../../world.js';
import type { Message } from '../api/messages/store.js';
import { linkMedia } from '../media/link.js';

/** The parameters of https://www.twilio.com/docs/messaging/guides/webhook-request, in the order of a real capture. */
export function formatInbound(message: Message, world: World): Parameter[] {
  const { sid, sender, recipient, serviceSid, body, segments } = message;
  const [from, to] = [readGeography(sender), readGeography(recipient)];
  const media = formatMedia(message, world);
  return [
    ['ToCountry', to.country],
    ['ToState', to.state],
    ['SmsMessageSid', sid],
    ['NumMedia', String(media.length)],
    ['ToCity', to.city],
    ['FromZip', from.zip],
    ['SmsSid', sid],
    ['FromState', from.state],
    ['SmsStatus', 'received'],
    ['FromCity', from.city],
    ['Body', body],
    ['FromCountry', from.country],
    ['To', recipient],
    ...(serviceSid === null ? [] : ([['MessagingServiceSid', serviceSid]] as const)),
    ['ToZip', to.zip],
    ['NumSegments', String(segments)],
    ['MessageSid', sid],
    ['AccountSid', world.accountSid],
    ['From', sender],
    ['ApiVersion', '2010-04-01'],
    ...media.flat(),
  ];
}

function formatMedia({ sid }: Message, world: World): Parameter[][] {
  return linkMedia(world, sid).map(({ contentType, url }, index) => [
    [`MediaContentType${index}`, contentType],
    [`MediaUrl${index}`, url],
  ]);
}
