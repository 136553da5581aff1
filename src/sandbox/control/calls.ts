// The calls of phones on the control API: placed, looked at, answered, spoken in, ended.
import type { Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { PhoneCall } from '../phones/calls/phone-call.js';
import type { World } from '../world.js';

/** What `POST /_sandbox/phones/{number}/call` tells: the call, and which events belong to it. */
export type PlacedCall = LoggedCall & Pick<PhoneCall, 'traceId'>;

/** What somebody with a phone in hand can do in a call. */
export const CALL_ACTS = ['answer', 'reject', 'hang-up', 'press', 'say'] as const;

/** See {@link CALL_ACTS}. */
export type CallAct = (typeof CALL_ACTS)[number];

/** Adds the routes. */
export function addPhoneCallRoutes(app: Hono, { phones }: World): void {
  app.get('/phones/:number/calls', (context) =>
    context.json(phones.phone(context.req.param('number')).calls()),
  );
  app.post('/phones/:number/call', async (context) => {
    const { readCallee } = await import('./request-bodies.js');
    const call = phones.phone(context.req.param('number')).call(readCallee(await context.req.text()).to);
    const placed: PlacedCall = { traceId: call.traceId, ...call.log() };
    return context.json(placed, 201);
  });
  for (const act of CALL_ACTS) {
    app.post(`/phones/:number/calls/:sid/${act}`, async (context) => {
      const call = findLiveCall(phones.phone(context.req.param('number')).liveCalls(), context);
      await ACTS[act](call, await context.req.text());
      return context.body(null, 204);
    });
  }
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

function findLiveCall(calls: readonly PhoneCall[], context: Context): PhoneCall {
  const sid = context.req.param('sid') ?? '';
  const call = calls.find((one) => one.sid === sid);
  if (call) return call;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'do something in a call',
    reason: `the phone is in no call ${sid}`,
  });
}
