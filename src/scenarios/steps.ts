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
import { expectUnsupported } from './unsupported.js';

type ExpectationKind = Extract<StepKind, `expect ${string}`>;
type ActionKind = Exclude<StepKind, ExpectationKind>;
type Expectation = Extract<StoryStep, { readonly kind: ExpectationKind }>;
type Action = Exclude<StoryStep, Expectation>;

/** Runs a step. @returns the expectation that was not met; undefined if the step passed */
export async function runStep(context: PlayContext, step: StoryStep): Promise<UnmetExpectation | undefined> {
  if (isExpectation(step)) return runExpectation(context, step);
  await runAction(context, step);
  return undefined;
}

/** True if a step only observes. */
export function isExpectation(step: StoryStep): step is Expectation {
  return Object.hasOwn(EXPECTATIONS, step.kind);
}

// The content belongs to the kind, which the compiler cannot see when it indexes the table.
function runExpectation(
  context: PlayContext,
  { kind, content }: Expectation,
): Promise<UnmetExpectation | undefined> {
  return (
    EXPECTATIONS[kind] as (context: PlayContext, content: object) => Promise<UnmetExpectation | undefined>
  )(context, content);
}

function runAction(context: PlayContext, { kind, content }: Action): Promise<void> {
  return (ACTIONS[kind] as (context: PlayContext, content: object) => Promise<void>)(context, content);
}

const ACTIONS: {
  readonly [K in ActionKind]: (context: PlayContext, content: StepContent<K>) => Promise<void>;
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
  readonly [K in ExpectationKind]: (
    context: PlayContext,
    content: StepContent<K>,
  ) => Promise<UnmetExpectation | undefined>;
} = {
  'expect text': expectText,
  'expect no text': expectNoText,
  'expect call': expectCall,
  'expect no call': expectNoCall,
  'expect heard': expectHeard,
  'expect webhook': expectWebhook,
  'expect no leak': expectNoLeak,
  'expect unsupported': expectUnsupported,
};

/** How long an action waits for its call. */
const CALL_TIMEOUT_MS = 5000;

/** Sends a text from a phone. Resolves after the app's answer has been executed. */
async function sendText(context: PlayContext, { text, from, to, media }: StepContent<'text'>): Promise<void> {
  await send(context, from, context.assigned.numberOf(to), { body: text, media });
}

/**
 * Replies to the sender of the last expected text on the phone, else of its newest text.
 *
 * @throws RelayPhoneError `fault` if the phone has no text.
 */
async function replyToText(
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

/** Starts a call from a phone, without waiting for an answer. */
async function startCall(
  { assigned, ports }: PlayContext,
  { call, from }: StepContent<'call'>,
): Promise<void> {
  await ports.control.call(assigned.numberOf(from), assigned.numberOf(call));
}

/** Waits for a call in the right state, then acts in it. @throws RelayPhoneError `fault` without such a call. */
async function actInCall(
  context: PlayContext,
  name: string,
  action: CallAction,
  content?: object,
): Promise<void> {
  const phone = context.assigned.numberOf(name);
  const states = CALL_STATES[action];
  const call = await waitForFirst(context, CALL_TIMEOUT_MS, async () =>
    (await listCalls(context, phone)).findLast(({ state }) => states.includes(state)),
  );
  if (!call)
    throw createStepError(
      `${action.replace('-', ' ')} on ${name}`,
      `it has no call that is ${states.join(' or ')}`,
    );
  await context.ports.control.act(phone, call.sid, action, content);
}

type CallAction = Parameters<StoryControl['act']>[2];

/** The states of a call in which an action is possible. */
const CALL_STATES: Readonly<Record<CallAction, readonly string[]>> = {
  answer: ['ringing'],
  reject: ['ringing'],
  'hang-up': ['calling', 'ringing', 'talking'],
  press: ['talking'],
  say: ['talking'],
};

function createStepError(task: string, reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'fault', task, reason, tryNext });
}

/** The behaviour of a new phone. */
const DEFAULT_BEHAVIOUR: PhoneBehaviour = {
  texts: 'delivered',
  callbacks: 'once',
  calls: 'answers',
  callerId: 'shown',
  slow: 0,
};

/** Changes how a phone treats texts and calls. */
async function setPhoneBehaviour(
  { assigned, ports, cleanups }: PlayContext,
  { phone, 'caller id': callerId, ...behaviour }: StepContent<'phone'>,
): Promise<void> {
  const number = assigned.numberOf(phone);
  cleanups.push(() => ports.control.behave(number, DEFAULT_BEHAVIOUR));
  await ports.control.behave(number, { ...behaviour, ...(callerId && { callerId }) });
}

/** Changes the registration of a number with US carriers. */
async function setCompliance(
  { assigned, ports, cleanups }: PlayContext,
  { sender, 'toll-free': tollFree, ...compliance }: StepContent<'sender'>,
): Promise<void> {
  const number = assigned.numberOf(sender);
  const initial: NumberCompliance = { a2p: 'registered', tollFree: 'verified' };
  cleanups.push(() => ports.control.compliance(number, initial));
  await ports.control.compliance(number, { ...compliance, ...(tollFree && { tollFree }) });
}

/** Makes requests to the REST API fail. */
async function addRequestFault(
  { ports, cleanups }: PlayContext,
  { fail: path, with: how, code, message, ...rule }: StepContent<'fail'>,
): Promise<void> {
  const answer: RequestFault['answer'] =
    typeof how === 'string'
      ? how
      : { status: how, ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
  const { id } = await ports.control.fail({ ...rule, path, answer });
  // The fault may already be used up and gone; then this fails, and the failure is ignored.
  cleanups.push(() => ports.control.removeFault(id));
}
