// Reads when a message is to be sent.
import { findValue } from '../server/form.js';
import { TwilioProblem } from '../server/problem.js';
import type { MessagingService } from './api/services/store.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How long before it is sent a message can be scheduled. */
const [SOONEST, LATEST] = [5 * MINUTE, 35 * DAY];

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * The moment at which a form says to send its message, milliseconds; undefined for one that is sent at once, as is one
 * with a `SendAt` and no `ScheduleType`. See https://www.twilio.com/docs/messaging/features/message-scheduling.
 *
 * @throws TwilioProblem 35111, 35114, 35118 or 35126.
 */
export function findSendAt(
  form: URLSearchParams,
  service: MessagingService | undefined,
  now: number,
): number | undefined {
  const type = findValue(form, 'ScheduleType');
  if (type === undefined) return undefined;
  if (type !== 'fixed') {
    throw new TwilioProblem(400, 35126, 'The ScheduleType value provided is not supported for this channel');
  }
  if (!service) {
    throw new TwilioProblem(400, 35118, 'MessagingServiceSid is required to schedule a message');
  }
  const text = findValue(form, 'SendAt');
  if (text === undefined) throw new TwilioProblem(400, 35111, 'SendAt timestamp is missing');
  const sendAt = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (sendAt >= now + SOONEST && sendAt <= now + LATEST) return sendAt;
  const window = `${SOONEST / 1000} seconds and 35 days (${LATEST / 1000} seconds)`;
  throw new TwilioProblem(400, 35114, `SendAt time must be between ${window} in the future, inclusive`);
}
