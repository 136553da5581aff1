// Runs one step of a story: an action, or an expectation.

import { RelayPhoneError } from '../errors.js';
import {
  expectCall,
  expectHeard,
  expectNoCall,
  expectNoLeak,
  expectNoText,
  expectText,
  expectWebhook,
} from './expectations.js';
import { listCalls, type PlayContext, waitForFirst } from './play-context.js';
import type {
  NumberCompliance,
  PhoneBehaviour,
  RequestFault,
  StoryControl,
  UnmetExpectation,
} from './ports.js';
import type { StepContent, StepKind, StoryStep } from './story.js';

type ExpectationKind = Extract<StepKind, `expect ${string}`>;
type ActionKind = Exclude<StepKind, ExpectationKind>;
type Expectation = Extract<StoryStep, { readonly verb: ExpectationKind }>;
type Action = Exclude<StoryStep, Expectation>;

/** Carries a step out. @returns what was expected and did not come; undefined when all is well */
export async function runStep(context: PlayContext, step: StoryStep): Promise<UnmetExpectation | undefined> {
  if (isExpectation(step)) return runExpectation(context, step);
  await runAction(context, step);
  return undefined;
}

/** Whether a step only looks. */
export function isExpectation(step: StoryStep): step is Expectation {
  return Object.hasOwn(EXPECTATIONS, step.verb);
}

// A step's content is that of its verb, which the compiler cannot see from outside of the tables.
function runExpectation(
  context: PlayContext,
  { verb, content }: Expectation,
): Promise<UnmetExpectation | undefined> {
  return (
    EXPECTATIONS[verb] as (context: PlayContext, content: object) => Promise<UnmetExpectation | undefined>
  )(context, content);
}

function runAction(context: PlayContext, { verb, content }: Action): Promise<void> {
  return (ACTIONS[verb] as (context: PlayContext, content: object) => Promise<void>)(context, content);
}

const ACTIONS: {
  readonly [V in ActionKind]: (context: PlayContext, content: StepContent<V>) => Promise<void>;
} = {
  text: sendText,
  reply: replyToText,
  call: startCall,
  answer: (context, { answer }) => actInCall(context, answer, 'answer'),
  reject: (context, { reject }) => actInCall(context, reject, 'reject'),
  press: (context, { press, from }) => actInCall(context, from, 'press', { keys: press }),
  say: (context, { say, from }) => actInCall(context, from, 'say', { words: context.assigned.fill(say) }),
  'hang up': (context, { 'hang up': who }) => actInCall(context, who, 'hang-up'),
  block: ({ assigned, ports }, { block }) => ports.app.block(assigned.numberOf(block), true),
  unblock: ({ assigned, ports }, { unblock }) => ports.app.block(assigned.numberOf(unblock), false),
  advance: async ({ ports }, { advance }) => void (await ports.control.advance(advance)),
  phone: setPhoneBehaviour,
  sender: setCompliance,
  fail: addRequestFault,
};

const EXPECTATIONS: {
  readonly [V in ExpectationKind]: (
    context: PlayContext,
    content: StepContent<V>,
  ) => Promise<UnmetExpectation | undefined>;
} = {
  'expect text': expectText,
  'expect no text': expectNoText,
  'expect call': expectCall,
  'expect no call': expectNoCall,
  'expect heard': expectHeard,
  'expect webhook': expectWebhook,
  'expect no leak': expectNoLeak,
};

/** Milliseconds that a phone may take to be in a call. */
const CALL_TIMEOUT_MS = 5000;

/** A phone texts a number; resolves when the app's answer to that was carried out. */
export async function sendText(
  context: PlayContext,
  { text, from, to, media }: StepContent<'text'>,
): Promise<void> {
  await send(context, from, context.assigned.numberOf(to), { body: text, media });
}

/**
 * A phone texts whoever sent the text that was last expected on it, else whoever texted it last.
 *
 * @throws RelayPhoneError `fault` when nobody did.
 */
export async function replyToText(
  context: PlayContext,
  { reply, from, media }: StepContent<'reply'>,
): Promise<void> {
  const phone = context.assigned.numberOf(from);
  const sender = context.lastSenders.get(phone) ?? (await context.ports.control.texts(phone)).at(-1)?.from;
  if (sender === undefined)
    throw createStepError(`reply from ${from}`, 'nobody has texted it', 'expect text before it');
  await send(context, from, sender, { body: reply, media });
}

async function send(
  { assigned, ports }: PlayContext,
  from: string,
  to: string,
  { body, media = [] }: { readonly body: string; readonly media: readonly string[] | undefined },
): Promise<void> {
  await ports.control.text({
    from: assigned.numberOf(from),
    to,
    body: assigned.fill(body),
    mediaUrls: media,
  });
}

/** A phone calls a number; it does not wait for an answer. */
export async function startCall(
  { assigned, ports }: PlayContext,
  { call, from }: StepContent<'call'>,
): Promise<void> {
  await ports.control.call(assigned.numberOf(from), assigned.numberOf(call));
}

/** What is done in a call: it is waited for, until it has come so far. @throws RelayPhoneError `fault` without one. */
export async function actInCall(
  context: PlayContext,
  name: string,
  what: Parameters<StoryControl['act']>[2],
  content?: object,
): Promise<void> {
  const phone = context.assigned.numberOf(name);
  const states = CALL_STATES[what];
  const call = await waitForFirst(context, CALL_TIMEOUT_MS, async () =>
    (await listCalls(context, phone)).findLast(({ state }) => states.includes(state)),
  );
  if (!call)
    throw createStepError(
      `${what.replace('-', ' ')} on ${name}`,
      `it has no call that is ${states.join(' or ')}`,
    );
  await context.ports.control.act(phone, call.sid, what, content);
}

/** How far a call must have come for something to be done in it. */
const CALL_STATES: Readonly<Record<Parameters<StoryControl['act']>[2], readonly string[]>> = {
  answer: ['ringing'],
  reject: ['ringing'],
  'hang-up': ['calling', 'ringing', 'talking'],
  press: ['talking'],
  say: ['talking'],
};

function createStepError(task: string, reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'fault', task, reason, tryNext });
}

/** As every phone is at first. */
const DEFAULT_BEHAVIOUR: PhoneBehaviour = {
  texts: 'delivered',
  callbacks: 'once',
  calls: 'answers',
  callerId: 'shown',
  slow: 0,
};

/** A phone behaves in another way from now on. */
export async function setPhoneBehaviour(
  { assigned, ports, cleanups: undoings }: PlayContext,
  { phone, 'caller id': callerId, ...behaviour }: StepContent<'phone'>,
): Promise<void> {
  const number = assigned.numberOf(phone);
  undoings.push(() => ports.control.behave(number, DEFAULT_BEHAVIOUR));
  await ports.control.behave(number, { ...behaviour, ...(callerId && { callerId }) });
}

/** The networks have something against a number of the account, or nothing any more. */
export async function setCompliance(
  { assigned, ports, cleanups: undoings }: PlayContext,
  { sender, 'toll-free': tollFree, ...compliance }: StepContent<'sender'>,
): Promise<void> {
  const number = assigned.numberOf(sender);
  const usual: NumberCompliance = { a2p: 'registered', tollFree: 'verified' };
  undoings.push(() => ports.control.compliance(number, usual));
  await ports.control.compliance(number, { ...compliance, ...(tollFree && { tollFree }) });
}

/** Requests to the REST API fail. */
export async function addRequestFault(
  { ports, cleanups: undoings }: PlayContext,
  { fail: path, with: how, code, message, ...rule }: StepContent<'fail'>,
): Promise<void> {
  const answer: RequestFault['answer'] =
    typeof how === 'string'
      ? how
      : { status: how, ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
  const { id } = await ports.control.fail({ ...rule, path, answer });
  // It may have had its times, and be gone.
  undoings.push(() => ports.control.removeFault(id));
}
