// <Say>, <Play> and <Pause>: plays sentences and files to the remote party, and silence.
import type { Clock } from '../../platform/clock.js';
import { STEP_MS, wait, waitForSignal } from '../../platform/timers.js';
import type { PauseVerb, PlayVerb, Prompt, SayVerb } from '../../twiml/voice/prompts.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { CallExecution } from '../execution/execution.js';
import type { Leg } from '../legs/leg.js';
import { playKeys } from './keys.js';

/** What prompts need. */
export interface PromptDeps {
  readonly clock: Clock;
}

/** Runs `<Say>`. See https://www.twilio.com/docs/voice/twiml/say. */
export async function runSay(execution: CallExecution, verb: SayVerb, deps: PromptDeps): Promise<undefined> {
  execution.leg.answer();
  await playPrompt(execution, verb, deps);
}

/** Runs `<Play>`. See https://www.twilio.com/docs/voice/twiml/play. */
export async function runPlay(
  execution: CallExecution,
  verb: PlayVerb,
  deps: PromptDeps,
): Promise<undefined> {
  execution.leg.answer();
  await playPrompt(execution, verb, deps);
}

/** Runs `<Pause>`. As the first verb it lets the call ring. See https://www.twilio.com/docs/voice/twiml/pause. */
export async function runPause(
  execution: CallExecution,
  verb: PauseVerb,
  deps: PromptDeps,
): Promise<undefined> {
  if (!execution.isFirstVerb) execution.leg.answer();
  await playPrompt(execution, verb, deps);
}

/**
 * Plays a prompt. Sentences and files take almost no time; one with `loop="0"` repeats until the signal aborts.
 *
 * @throws the execution signal's reason.
 */
export async function playPrompt(
  { leg, signal }: Pick<CallExecution, 'leg' | 'signal'>,
  verb: Prompt,
  { clock }: PromptDeps,
): Promise<void> {
  if (verb.name === 'Pause') return wait(clock, verb.length * 1000, signal);
  if (verb.name === 'Play') {
    const isAudio = verb.url === undefined || (await isAudioFile(leg, verb.url));
    // The call may have ended while the file was fetched.
    signal.throwIfAborted();
    if (!isAudio) return;
  }
  for (let round = 0; round < Math.max(verb.loop, 1); round += 1) {
    if (verb.name === 'Play') await playKeys({ leg, signal }, verb.digits, { clock });
    playOnce(leg, verb);
    await wait(clock, STEP_MS, signal);
  }
  if (verb.loop === 0) await waitForSignal(signal, () => () => {});
}

function playOnce(leg: Leg, verb: SayVerb | PlayVerb): void {
  if (verb.name === 'Play') {
    if (verb.url !== undefined) leg.play({ kind: 'play', content: verb.url });
  } else if (verb.text !== '') leg.play({ kind: 'say', content: verb.text });
}

/** Fetches a file and returns whether it is audio; if not, an alert says why. */
async function isAudioFile(leg: Leg, url: string): Promise<boolean> {
  const webhook = { purpose: 'audio', url, method: 'GET', parameters: [] } as const;
  const { outcome = false } = await leg.askApp(webhook, ({ headers }) => {
    const type = headers['content-type'] ?? '';
    if (/^(audio\/|application\/octet-stream)/i.test(type)) return true;
    throw new WebhookFailure(12300, `Invalid Content-Type: ${type}`);
  });
  return outcome;
}
