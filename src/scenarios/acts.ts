// The steps in which somebody does something: texts, calls, and what is done in a call.
import { RelayPhoneError } from '../errors.js';
import type { StoryControl } from './control.js';
import { listCalls, type Scene, waitForFirst } from './scene.js';
import type { StepContent } from './story.js';

/** Milliseconds that a phone may take to be in a call. */
const CALL_TIMEOUT_MS = 5000;

/** A phone texts a number; resolves when the app's answer to that was carried out. */
export async function text(scene: Scene, { text, from, to, media }: StepContent<'text'>): Promise<void> {
  await send(scene, from, scene.cast.numberOf(to), { body: text, media });
}

/**
 * A phone texts whoever sent the text that was last expected on it, else whoever texted it last.
 *
 * @throws RelayPhoneError `fault` when nobody did.
 */
export async function reply(scene: Scene, { reply, from, media }: StepContent<'reply'>): Promise<void> {
  const phone = scene.cast.numberOf(from);
  const sender = scene.lastSenders.get(phone) ?? (await scene.ports.control.texts(phone)).at(-1)?.from;
  if (sender === undefined)
    throw impossible(`reply from ${from}`, 'nobody has texted it', 'expect text before it');
  await send(scene, from, sender, { body: reply, media });
}

async function send(
  { cast, ports }: Scene,
  from: string,
  to: string,
  { body, media = [] }: { readonly body: string; readonly media: readonly string[] | undefined },
): Promise<void> {
  await ports.control.text({ from: cast.numberOf(from), to, body: cast.fill(body), mediaUrls: media });
}

/** A phone calls a number; it does not wait for an answer. */
export async function call({ cast, ports }: Scene, { call, from }: StepContent<'call'>): Promise<void> {
  await ports.control.call(cast.numberOf(from), cast.numberOf(call));
}

/** What is done in a call: it is waited for, until it has come so far. @throws RelayPhoneError `fault` without one. */
export async function act(
  scene: Scene,
  name: string,
  what: Parameters<StoryControl['act']>[2],
  content?: object,
): Promise<void> {
  const phone = scene.cast.numberOf(name);
  const states = STATES[what];
  const call = await waitForFirst(scene, CALL_TIMEOUT_MS, async () =>
    (await listCalls(scene, phone)).findLast(({ state }) => states.includes(state)),
  );
  if (!call)
    throw impossible(`${what.replace('-', ' ')} on ${name}`, `it has no call that is ${states.join(' or ')}`);
  await scene.ports.control.act(phone, call.sid, what, content);
}

/** How far a call must have come for something to be done in it. */
const STATES: Readonly<Record<Parameters<StoryControl['act']>[2], readonly string[]>> = {
  answer: ['ringing'],
  reject: ['ringing'],
  'hang-up': ['calling', 'ringing', 'talking'],
  press: ['talking'],
  say: ['talking'],
};

function impossible(task: string, reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'fault', task, reason, tryNext });
}
