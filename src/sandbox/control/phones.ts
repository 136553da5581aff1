// The routes of phones in the control API: texts and calls, in both directions, and settings.
import type { Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { PhoneCall } from '../phones/calls/phone-call.js';
import {
  CALL_STAGES,
  waitForCallProgress,
  waitForIncomingCall,
  waitForSound,
} from '../phones/calls/waiting.js';
import { waitForText } from '../phones/inbox.js';
import type { PhoneBook, SandboxPhone } from '../phones/phones.js';
import { DEFAULT_TIMEOUT_MS } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import { CALL_ACTS, type CallAct, type PlacedCall, type StartedText } from './phone-acts.js';
import { createUnread, type Unread } from './unread.js';

interface PhoneRouteDeps {
  readonly phones: PhoneBook;
  readonly events: EventStream;
}

/** Adds the routes under `/phones`. */
export function addPhoneRoutes(app: Hono, deps: PhoneRouteDeps): void {
  const { phones } = deps;
  const unread = createUnread(deps.events);
  const phoneOf = (context: Context) => phones.phone(context.req.param('number') ?? '');
  app.get('/phones', (context) => context.json(phones.summaries()));
  app.get('/phones/:number/texts', (context) => context.json(phoneOf(context).texts()));
  app.get('/phones/:number/sent', (context) => context.json(phoneOf(context).sent()));
  app.get('/phones/:number/next-text', (context) => answerNextText(context, deps, unread));
  app.post('/phones/:number/text', (context) => sendText(context, phoneOf(context)));
  app.get('/phones/:number/threads', (context) => context.json(phoneOf(context).threads()));
  app.get('/phones/:number/thread', (context) => {
    const options = { before: context.req.query('before'), limit: readCount(context, 'limit') };
    return context.json(phones.threadPage(context.req.param('number'), readWith(context), options));
  });
  app.put('/phones/:number/label', async (context) => {
    const { readLabel } = await import('./request-bodies.js');
    phoneOf(context).setLabel(readLabel(await context.req.text()));
    return context.body(null, 204);
  });
  app.get('/phones/:number/behaviour', (context) => context.json(phoneOf(context).behaviour()));
  app.put('/phones/:number/behaviour', async (context) => {
    const { readBehaviour } = await import('./request-bodies.js');
    phoneOf(context).behave(readBehaviour(await context.req.text()));
    return context.body(null, 204);
  });
  app.get('/phones/:number/calls', (context) => context.json(phoneOf(context).calls()));
  app.get('/phones/:number/next-call', async (context) => {
    const number = context.req.param('number');
    const phone = phones.reachablePhone(number, `wait for a call to ${number}`);
    const { after, timeoutMs } = readWait(context);
    const which =
      after === undefined ? unread.calls(phone.number, phone.calls(), context.req.raw.signal) : { after };
    return context.json(await waitForIncomingCall(deps.events, phone, { ...which, timeoutMs }));
  });
  app.get('/phones/:number/calls/:sid', async (context) => {
    const until = CALL_STAGES.find((one) => one === context.req.query('until'));
    const read = readCallOf(phoneOf(context), context.req.param('sid'));
    if (!until) return context.json(read());
    const { timeoutMs } = readWait(context);
    return context.json(await waitForCallProgress(deps.events, read, { until, timeoutMs }));
  });
  app.get('/phones/:number/calls/:sid/next-heard', async (context) => {
    const sid = context.req.param('sid');
    const read = readCallOf(phoneOf(context), sid);
    const { after, timeoutMs } = readWait(context);
    const which = after === undefined ? unread.sounds(sid, context.req.raw.signal) : { after };
    return context.json(await waitForSound(deps.events, read, { ...which, timeoutMs }));
  });
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

/** Answers once the app has answered the webhook, or, with `?wait=none`, with 202 once the text has left the phone. */
async function sendText(context: Context, phone: SandboxPhone): Promise<Response> {
  const wait = context.req.query('wait');
  if (wait !== undefined && wait !== 'none') throw badQuery(`wait must be 'none', not '${wait}'`);
  const { readPhoneText } = await import('./request-bodies.js');
  const { to, body, mediaUrls } = readPhoneText(await context.req.text());
  const { traceId, outcome } = await phone.startText(to, body, { mediaUrls });
  return wait === 'none' ? context.json({ traceId } satisfies StartedText, 202) : context.json(await outcome);
}

function readWith(context: Context): string {
  const other = context.req.query('with');
  if (other === undefined || other === '') throw badQuery('with is missing: the other number of the thread');
  return other;
}

/** The longest that a request may wait for a text, milliseconds. */
const MAX_WAIT_MS = 600_000;

/**
 * Answers with the first text after the phone's first `?after=` ones (default: as {@link createUnread} says), waiting
 * `?timeout=` milliseconds for it (default 5000), and with the `after` for the next.
 *
 * @throws RelayPhoneError `usage` for an invalid query, `fault` if no text comes in time.
 */
async function answerNextText(
  context: Context,
  { phones, events }: PhoneRouteDeps,
  unread: Unread,
): Promise<Response> {
  const number = context.req.param('number') ?? '';
  const inbox = phones.inbox(number);
  const { after, timeoutMs: timeout } = readWait(context);
  const which =
    after === undefined
      ? unread.texts(inbox.number, phones.phone(number).texts(), context.req.raw.signal)
      : { after };
  return context.json(await waitForText(events, inbox, { ...which, timeout }));
}

/** Reads `?after=` and `?timeout=` of a request that waits. */
function readWait(context: Context): { readonly after: number | undefined; readonly timeoutMs: number } {
  return {
    after: readCount(context, 'after'),
    timeoutMs: Math.min(readCount(context, 'timeout') ?? DEFAULT_TIMEOUT_MS, MAX_WAIT_MS),
  };
}

/**
 * Returns a function that reads a call of the phone from its log.
 *
 * @throws RelayPhoneError `usage` if the phone has no such call; so does the function, after a reset.
 */
function readCallOf(phone: Pick<SandboxPhone, 'calls'>, sid: string): () => LoggedCall {
  const read = () => {
    const call = phone.calls().find((one) => one.sid === sid);
    if (call) return call;
    throw new RelayPhoneError({
      kind: 'usage',
      task: 'find the call',
      reason: `the phone has no call ${sid}`,
    });
  };
  read();
  return read;
}

function readCount(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw badQuery(`${name} must be a whole number, not '${text}'`);
}

function badQuery(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'read the request', reason });
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
