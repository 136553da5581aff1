// Random histories of a sandbox for property tests: acts of several phones and an app at once, as the events they cause.
import fc from 'fast-check';
import type { EventFields, RequestFacts, SandboxEvent } from '../../src/sandbox/platform/events/event.js';

const MASKS = ['+12025550100', '+12025550101'] as const;
const PHONES = ['+12125550190', '+13015550195', '+13015550196'] as const;

/** One act and how it ends. */
interface Act {
  readonly kind:
    | 'forward'
    | 'reply'
    | 'stop'
    | 'rest'
    | 'own'
    | 'call'
    | 'app-call'
    | 'clock'
    | 'behaviour'
    | 'reset';
  /** Indexes of the phone that acts, of the phone that is reached, and of the mask. */
  readonly from: number;
  readonly to: number;
  readonly mask: number;
  readonly webhook: 'accepted' | 'failed' | 'retried' | 'fallback' | 'redirected' | 'challenged';
  readonly request: 'created' | 'half followed' | 'refused' | 'missing' | 'dropped' | 'answer lost';
  readonly text: 'delivered' | 'undelivered' | 'sent';
  readonly isGuessed: boolean;
  readonly isExposed: boolean;
  readonly isForbidden: boolean;
  readonly call: 'completed' | 'busy' | 'no-answer';
}

const actArbitrary: fc.Arbitrary<Act> = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('forward' as const) },
    {
      weight: 8,
      arbitrary: fc.constantFrom(
        ...(['reply', 'stop', 'rest', 'own', 'call', 'app-call', 'clock', 'behaviour'] as const),
      ),
    },
    { weight: 1, arbitrary: fc.constant('reset' as const) },
  ),
  from: fc.nat(PHONES.length - 1),
  to: fc.nat(PHONES.length - 1),
  mask: fc.nat(MASKS.length - 1),
  webhook: fc.constantFrom('accepted', 'failed', 'retried', 'fallback', 'redirected', 'challenged'),
  request: fc.constantFrom('created', 'half followed', 'refused', 'missing', 'dropped', 'answer lost'),
  text: fc.constantFrom('delivered', 'undelivered', 'sent'),
  isGuessed: fc.boolean(),
  isExposed: fc.boolean(),
  isForbidden: fc.boolean(),
  call: fc.constantFrom('completed', 'busy', 'no-answer'),
});

/** Histories in the order of their ids, with as many acts in progress at once as there are. */
export const historyArbitrary: fc.Arbitrary<SandboxEvent[]> = fc
  .tuple(fc.array(actArbitrary, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(7), { maxLength: 60 }))
  .map(([acts, turns]) => playActs(acts, turns));

/** Returns a history of at least `count` events: forwarded texts, with every tenth one failing. */
export function createLongHistory(count: number): SandboxEvent[] {
  const usual = {
    kind: 'forward',
    webhook: 'accepted',
    request: 'created',
    text: 'delivered',
    call: 'completed',
    isGuessed: false,
    isExposed: false,
    isForbidden: false,
  } as const;
  const acts = Array.from({ length: Math.ceil(count / 10) }, (_, index): Act => {
    const places = { from: index % 3, to: (index + 1) % 3, mask: index % 2 };
    return { ...usual, ...places, ...(index % 10 === 9 && { text: 'undelivered' }) };
  });
  return playActs(acts, []);
}

/** What an act does next; it is resumed with the id of the event. */
type Steps = Generator<{ readonly fields: EventFields; readonly cause: number | null }, void, number>;

/** Plays acts; `turns` says which of those in progress goes on next. */
function playActs(acts: readonly Act[], turns: readonly number[]): SandboxEvent[] {
  const events: SandboxEvent[] = [];
  const running = acts.map((act, index) => ({
    traceId: `0123456789abcdef-${index + 1}`,
    steps: play(act, index),
  }));
  const nextIds = new Map<Steps, number>();
  for (let turn = 0; running.length > 0; turn += 1) {
    const at = (turns[turn] ?? 0) % running.length;
    const current = running[at];
    if (!current) break;
    const step = current.steps.next(nextIds.get(current.steps) ?? 0);
    if (step.done) {
      running.splice(at, 1);
      continue;
    }
    const id = events.length + 1;
    nextIds.set(current.steps, id);
    const time = new Date(Date.UTC(2026, 10, 28) + id * 20).toISOString();
    events.push({ id, at: time, traceId: current.traceId, cause: step.value.cause, ...step.value.fields });
  }
  return events;
}

function* play(act: Act, index: number): Steps {
  const [phone, mask] = [PHONES[act.from] ?? PHONES[0], MASKS[act.mask] ?? MASKS[0]];
  switch (act.kind) {
    case 'forward':
    case 'reply':
    case 'stop':
      return yield* textFromPhone(act, index, phone, mask);
    case 'rest':
      return void (yield* sendText(act, `SM${index}a`, null, mask, PHONES[act.to] ?? PHONES[0]));
    case 'own':
      return yield* textBetweenMasks(act, index);
    case 'call':
      return yield* callFromPhone(act, index, phone, mask);
    case 'app-call':
      return yield* callFromApp(act, index, phone, mask);
    case 'clock':
      return void (yield { fields: { kind: 'clock.advanced', byMs: 1, now: '' }, cause: null });
    case 'behaviour':
      return void (yield { fields: { kind: 'behaviour.changed', phone, behaviour: {} }, cause: null });
    case 'reset':
      return void (yield {
        fields: { kind: act.isGuessed ? 'sandbox.reset' : 'sandbox.restored' },
        cause: null,
      });
  }
}

function* textFromPhone(act: Act, index: number, phone: string, mask: string): Steps {
  const sid = `SM${index}`;
  const text = { from: phone, to: mask, body: `text ${index}`, mediaUrls: [] };
  const sent = yield { fields: { kind: 'phone.texts', ...text }, cause: null };
  const received = yield { fields: { kind: 'text.received', sid, ...text }, cause: sent };
  if (act.kind === 'stop') {
    const optOut = { phone, number: mask, keyword: 'STOP', reply: 'Bye' } as const;
    const cause = yield { fields: { kind: 'opt-out', ...optOut }, cause: received };
    const reply = { sid: `SM${index}r`, from: mask, to: phone, body: 'Bye', mediaUrls: [] };
    yield { fields: { kind: 'text.reached-phone', ...reply }, cause };
  }
  const began = yield { fields: { kind: 'webhook.began', ...webhookFacts(sid, index, 1) }, cause: received };
  const to = act.kind === 'reply' ? phone : (PHONES[act.to] ?? PHONES[0]);
  if (act.kind !== 'reply') yield* sendText(act, `SM${index}a`, began, mask, to);
  const ended = yield* endWebhook(act, sid, index, began);
  const run = yield {
    fields: { kind: 'twiml.run', sid, url: null, verb: act.kind === 'reply' ? 'Message' : 'Response' },
    cause: ended,
  };
  if (act.kind === 'reply') yield* deliver(act, `SM${index}a`, run, mask, to);
}

function* endWebhook(
  act: Act,
  sid: string,
  index: number,
  began: number,
): Generator<{ readonly fields: EventFields; readonly cause: number | null }, number, number> {
  const first = webhookFacts(sid, index, 1);
  const accepted = {
    startedAt: '',
    durationMs: 1,
    status: 200,
    verdict: 'accepted',
    errorCode: null,
    failure: null,
    reason: null,
  } as const;
  const failed = {
    ...accepted,
    status: 500,
    verdict: 'failed',
    errorCode: 11217,
    failure: 'HTTP error response code 500',
  } as const;
  if (act.webhook === 'accepted')
    return yield { fields: { kind: 'webhook.sent', ...first, ...accepted }, cause: began };
  if (act.webhook === 'redirected' || act.webhook === 'challenged') {
    const status = act.webhook === 'redirected' ? 302 : 401;
    const goesOn = { ...accepted, status, verdict: act.webhook } as const;
    yield { fields: { kind: 'webhook.sent', ...first, ...goesOn }, cause: began };
    const again = yield { fields: { kind: 'webhook.began', ...first }, cause: began };
    return yield { fields: { kind: 'webhook.sent', ...first, ...accepted }, cause: again };
  }
  const failure = yield { fields: { kind: 'webhook.sent', ...first, ...failed }, cause: began };
  if (act.webhook === 'failed') return failure;
  const isRetry = act.webhook === 'retried';
  const second = {
    ...webhookFacts(sid, index, isRetry ? 2 : 1),
    ...(!isRetry && { idempotencyToken: `fallback ${index}` }),
  };
  const again = yield { fields: { kind: 'webhook.began', ...second }, cause: isRetry ? began : failure };
  return yield { fields: { kind: 'webhook.sent', ...second, ...accepted }, cause: again };
}

function* sendText(act: Act, sid: string, cause: number | null, from: string, to: string): Steps {
  const request: RequestFacts = {
    method: 'POST',
    product: null,
    path: '/2010-04-01/Accounts/AC0/Messages.json',
    attribution: cause === null ? 'none' : act.isGuessed ? 'guessed' : 'sure',
    isOwn: false,
    exchangeId: Number.parseInt(sid.slice(2), 10) + 1000,
  };
  if (act.request === 'dropped') {
    yield { fields: { kind: 'fault.hit', ...request, faultId: '1', when: 'before', answer: 'drop' }, cause };
    return;
  }
  const isMissing = act.request === 'missing';
  const status = act.request === 'refused' ? 400 : isMissing ? 404 : 201;
  const asked = yield {
    fields: { kind: 'request.in', ...request, status, durationMs: 1, problem: null },
    cause,
  };
  if (isMissing) {
    const lacks = { what: 'operation', name: 'POST Nothing', host: 'api.twilio.com' } as const;
    yield { fields: { kind: 'unsupported', ...lacks }, cause: asked };
  }
  if (act.request === 'half followed') {
    const lacks = { what: 'parameter', name: 'Some of POST Messages', host: 'api.twilio.com' } as const;
    yield { fields: { kind: 'unsupported', ...lacks }, cause: asked };
  }
  if (status !== 201) return;
  if (act.request === 'answer lost') {
    const fields = { kind: 'fault.hit', ...request, faultId: '1', when: 'after', answer: 503 } as const;
    yield { fields, cause: asked };
  }
  yield* deliver(act, sid, asked, from, to);
}

function* deliver(act: Act, sid: string, cause: number, from: string, to: string): Steps {
  const text = { from, to, body: 'forwarded', mediaUrls: ['https://example.com/cat.jpg'] };
  const queued = yield { fields: { kind: 'text.queued', sid, ...text, direction: 'outbound-api' }, cause };
  for (const status of ['sending', 'sent']) {
    yield { fields: { kind: 'text.status', sid, status, errorCode: null }, cause: queued };
  }
  if (act.text === 'sent') return;
  if (act.text === 'delivered') {
    const reached = yield { fields: { kind: 'text.reached-phone', sid, ...text }, cause: queued };
    if (act.isExposed) yield { fields: exposureOf(act, sid, to), cause: reached };
  }
  const errorCode = act.text === 'delivered' ? null : 30003;
  const ended = yield { fields: { kind: 'text.status', sid, status: act.text, errorCode }, cause: queued };
  const callback = {
    ...webhookFacts(sid, 0, 1),
    purpose: 'text-status',
    idempotencyToken: `status ${sid}`,
  } as const;
  const began = yield { fields: { kind: 'webhook.began', ...callback }, cause: ended };
  const accepted = {
    startedAt: '',
    durationMs: 1,
    status: 200,
    verdict: 'accepted',
    errorCode: null,
    failure: null,
    reason: null,
  } as const;
  yield { fields: { kind: 'webhook.sent', ...callback, ...accepted }, cause: began };
}

function exposureOf(act: Act, sid: string, phone: string): EventFields {
  const number = PHONES[act.from] ?? PHONES[0];
  const assertionId = act.isForbidden ? 'as1' : null;
  return { kind: 'exposure', phone, number, how: 'body', written: number, sid, excerpt: number, assertionId };
}

function* textBetweenMasks(act: Act, index: number): Steps {
  const [from, to] = act.mask === 0 ? MASKS : [MASKS[1], MASKS[0]];
  const sid = `SM${index}a`;
  const text = { from, to, body: 'between', mediaUrls: [] };
  const queued = yield {
    fields: { kind: 'text.queued', sid, ...text, direction: 'outbound-api' },
    cause: null,
  };
  const status = yield {
    fields: { kind: 'text.status', sid, status: 'delivered', errorCode: null },
    cause: queued,
  };
  yield { fields: { kind: 'text.received', sid: `SM${index}b`, ...text }, cause: status };
}

function* callFromPhone(act: Act, index: number, phone: string, mask: string): Steps {
  const [sid, legSid, callee] = [`CA${index}`, `CA${index}b`, PHONES[act.to] ?? PHONES[0]];
  const numbers = { from: phone, to: mask };
  let cause = yield {
    fields: { kind: 'call.started', sid, parentSid: null, direction: 'inbound', ...numbers },
    cause: null,
  };
  cause = yield { fields: { kind: 'call.status', sid, status: 'ringing' }, cause };
  cause = yield { fields: { kind: 'webhook.began', ...webhookFacts(sid, index, 1), purpose: 'call' }, cause };
  cause = yield* endWebhook(act, sid, index, cause);
  cause = yield { fields: { kind: 'call.status', sid, status: 'in-progress' }, cause };
  cause = yield { fields: { kind: 'phone.call', phone, sid, act: 'is answered', detail: null }, cause };
  const leg = { parentSid: sid, direction: 'outbound-dial', from: mask, to: callee } as const;
  cause = yield { fields: { kind: 'call.started', sid: legSid, ...leg }, cause };
  cause = yield {
    fields: { kind: 'phone.call', phone: callee, sid: legSid, act: 'rings', detail: mask },
    cause,
  };
  if (act.call === 'completed') {
    cause = yield { fields: { kind: 'call.status', sid: legSid, status: 'in-progress' }, cause };
    cause = yield { fields: { kind: 'call.connected', sid, otherSid: legSid }, cause };
  }
  cause = yield { fields: { kind: 'call.status', sid: legSid, status: act.call }, cause };
  yield { fields: { kind: 'call.status', sid, status: 'completed' }, cause };
}

function* callFromApp(act: Act, index: number, phone: string, mask: string): Steps {
  const sid = `CA${index}`;
  const started = { sid, parentSid: null, direction: 'outbound-api', from: mask, to: phone } as const;
  const request = {
    method: 'POST',
    product: null,
    path: '/Calls.json',
    attribution: 'none',
    isOwn: false,
    exchangeId: index,
  } as const;
  let cause = yield {
    fields: { kind: 'request.in', ...request, status: 201, durationMs: 1, problem: null },
    cause: null,
  };
  cause = yield { fields: { kind: 'call.started', ...started }, cause };
  if (act.call === 'completed') {
    cause = yield { fields: { kind: 'phone.call', phone, sid, act: 'answers', detail: null }, cause };
    cause = yield { fields: { kind: 'call.status', sid, status: 'in-progress' }, cause };
  }
  yield { fields: { kind: 'call.status', sid, status: act.call }, cause };
}

function webhookFacts(sid: string, index: number, attempt: number) {
  return {
    purpose: 'inbound-text',
    sid,
    method: 'POST',
    url: 'http://127.0.0.1:8000/sms',
    attempt,
    exchangeId: index,
    idempotencyToken: `token ${index}`,
  } as const;
}
