// The routes of phones in the control API: texts and calls, in both directions, and behaviour.
import type { Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { PhoneCall } from '../phones/calls/phone-call.js';
import { waitForText } from '../phones/inbox.js';
import type { PhoneBook } from '../phones/phones.js';
import { DEFAULT_TIMEOUT_MS } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';

/** The answer of `POST /_sandbox/phones/{number}/call`: the call, and the trace of its events. */
export type PlacedCall = LoggedCall & Pick<PhoneCall, 'traceId'>;

/** What a phone can do in a call: the last segment of `POST /_sandbox/phones/{number}/calls/{sid}/{act}`. */
export const CALL_ACTS = ['answer', 'reject', 'hang-up', 'press', 'say'] as const;

/** See {@link CALL_ACTS}. */
export type CallAct = (typeof CALL_ACTS)[number];

interface PhoneRouteDeps {
  readonly phones: PhoneBook;
  readonly events: EventStream;
}

/** Adds the routes under `/phones`. */
export function addPhoneRoutes(app: Hono, deps: PhoneRouteDeps): void {
  const { phones } = deps;
  const phoneOf = (context: Context) => phones.phone(context.req.param('number') ?? '');
  app.get('/phones', (context) => context.json(phones.summaries()));
  app.get('/phones/:number/texts', (context) => context.json(phoneOf(context).texts()));
  app.get('/phones/:number/next-text', (context) => answerNextText(context, deps));
  app.post('/phones/:number/text', async (context) => {
    const { readPhoneText } = await import('./request-bodies.js');
    const { to, body, mediaUrls } = readPhoneText(await context.req.text());
    return context.json(await phoneOf(context).text(to, body, { mediaUrls }));
  });
  app.put('/phones/:number/behaviour', async (context) => {
    const { readBehaviour } = await import('./request-bodies.js');
    phoneOf(context).behave(readBehaviour(await context.req.text()));
    return context.body(null, 204);
  });
  app.get('/phones/:number/calls', (context) => context.json(phoneOf(context).calls()));
  app.post('/phones/:number/call', async (context) => {
    const { readCallee } = await import('./request-bodies.js');
    const call = phoneOf(context).call(readCallee(await context.req.text()).to);
    const placed: PlacedCall = { traceId: call.traceId, ...call.log() };
    return context.json(placed, 201);
  });
  for (const act of CALL_ACTS) {
    app.post(`/phones/:number/calls/:sid/${act}`, async (context) => {
      const call = verifyInCall(phoneOf(context).liveCalls(), context.req.param('sid') ?? '');
      await ACTS[act](call, await context.req.text());
      return context.body(null, 204);
    });
  }
}

/** The longest that a request may wait for a text, milliseconds. */
const MAX_WAIT_MS = 600_000;

/**
 * Answers with the first text after the phone's first `?after=` ones (default: all that it has), waiting `?timeout=`
 * milliseconds for it (default 5000), and with the `after` for the next.
 *
 * @throws RelayPhoneError `usage` for an invalid query, `fault` if no text comes in time.
 */
async function answerNextText(context: Context, { phones, events }: PhoneRouteDeps): Promise<Response> {
  const inbox = phones.inbox(context.req.param('number') ?? '');
  const after = readCount(context, 'after') ?? inbox.size();
  const timeout = Math.min(readCount(context, 'timeout') ?? DEFAULT_TIMEOUT_MS, MAX_WAIT_MS);
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

const ACTS: Readonly<Record<CallAct, (call: PhoneCall, body: string) => void | Promise<void>>> = {
  answer: (call) => call.answer(),
  reject: (call) => call.reject(),
  'hang-up': (call) => call.hangUp(),
  press: async (call, body) => {
    const { readKeys } = await import('./request-bodies.js');
    call.press(readKeys(body).keys);
  },
  say: async (call, body) => {
    const { readSpeech } = await import('./request-bodies.js');
    call.say(readSpeech(body).words);
  },
};

function verifyInCall(calls: readonly PhoneCall[], sid: string): PhoneCall {
  const call = calls.find((one) => one.sid === sid);
  if (call) return call;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'act in the call',
    reason: `the phone is not in the call ${sid}`,
  });
}
