// Has other processes wait for texts to reach a phone: each request waits for one.
import type { Context } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import { waitForText } from '../phones/inbox/next-text.js';
import { DEFAULT_TIMEOUT_MS } from '../platform/events/search.js';
import type { World } from '../world.js';

/** The longest that a request may wait, milliseconds. */
const LONGEST = 600_000;

/**
 * Answers with the first text after the phone's first `?after=` ones (default: all that it has), waiting `?timeout=`
 * milliseconds for it (default 5000), and with the `after` for the next.
 *
 * @throws RelayPhoneError `usage` for a query that makes no sense, `fault` when no text comes in time.
 */
export async function answerNextText(context: Context, { phones, events }: World): Promise<Response> {
  const inbox = phones.inbox(context.req.param('number') ?? '');
  const after = readCount(context, 'after') ?? inbox.size();
  const timeout = Math.min(readCount(context, 'timeout') ?? DEFAULT_TIMEOUT_MS, LONGEST);
  return context.json(await waitForText(events, inbox, { after, timeout }));
}

function readCount(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'read the request',
    reason: `${name} must be a whole number, not '${text}'`,
  });
}
