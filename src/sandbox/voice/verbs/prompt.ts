// <Say>, <Play> and <Pause>: what the far end hears, or waits through.
import type { Prompt } from '../../twiml/voice/verbs.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import { askApp } from '../execution/call-webhooks.js';
import type { CallExecution } from '../execution/execution.js';
import { STEP_MS, wait, waitForSignal } from '../execution/wait.js';

/** Plays a prompt. Sentences and sounds take no time worth the name; one that is repeated for ever takes all there is. */
export async function prompt(run: CallExecution, verb: Prompt): Promise<undefined> {
  const { world, signal } = run;
  if (verb.name === 'Pause') return void (await wait(world.clock, verb.length * 1000, signal));
  const isThere = verb.name === 'Say' || (await hasSound(run, verb.url));
  // Whoever would have heard it may be gone by the time that it has come.
  if (verb.name === 'Play') signal.throwIfAborted();
  if (!isThere) return;
  for (let round = 0; round < Math.max(verb.loop, 1); round += 1) {
    playOnce(run, verb);
    await wait(world.clock, STEP_MS, signal);
  }
  if (verb.loop === 0) await waitForSignal(signal, () => () => {});
}

function playOnce({ leg }: CallExecution, verb: Exclude<Prompt, { name: 'Pause' }>): void {
  if (verb.name === 'Say') {
    if (verb.text !== '') leg.play({ kind: 'say', content: verb.text });
    return;
  }
  const keys = verb.digits.replace(/[^0-9*#A-D]/gi, '').toUpperCase();
  if (keys !== '') leg.play({ kind: 'keys', content: keys });
  if (verb.url !== undefined) leg.play({ kind: 'play', content: verb.url });
}

/** Fetches a file, which must be a sound; an alert tells of one that is not. */
async function hasSound(run: CallExecution, url: string | undefined): Promise<boolean> {
  if (url === undefined) return true;
  const question = { purpose: 'audio', url, method: 'GET', parameters: [] } as const;
  const { outcome = false } = await askApp(run, question, ({ headers }) => {
    const type = headers['content-type'] ?? '';
    if (/^(audio\/|application\/octet-stream)/i.test(type)) return true;
    throw new WebhookFailure(12300, `Invalid Content-Type: ${type}`);
  });
  return outcome;
}
