// Writes a trace of the sandbox as a story for `relay-phone play`.
import { type ControlClient, createControlClient } from '../../sandbox/control/client.js';
import type { ControlAddress } from '../../sandbox/control/send.js';
import { findRecordedAction, type RecordedWebhook } from '../../scenarios/record/recorded-webhook.js';
import { writeStory } from '../../scenarios/record/write-story.js';
import { readRecordedWebhook } from './read-recorded-webhook.js';

/** More webhooks than any trace has that somebody plays. */
const MAX_WEBHOOKS = 1000;

/**
 * Returns a function that writes the story of a trace; undefined if no phone texts or calls in it.
 *
 * @param secrets values that must not appear in a story
 */
export function createTraceStories(
  address: ControlAddress,
  secrets: readonly string[],
): (traceId: string) => Promise<string | undefined> {
  const control = createControlClient(address);
  return async (traceId) => {
    const webhooks = await listWebhooks(control, traceId);
    const number = webhooks.map((webhook) => findRecordedAction(webhook)?.number).find(Boolean);
    return number === undefined ? undefined : writeStory({ webhooks, number, secrets });
  };
}

/** The first attempts of the webhooks of a trace, oldest first. */
async function listWebhooks(control: ControlClient, trace: string): Promise<RecordedWebhook[]> {
  const listed = await control.exchanges({ trace, direction: 'webhook', limit: MAX_WEBHOOKS });
  const firsts = listed.filter(({ attempt, replayOf }) => attempt === 1 && replayOf === null);
  return Promise.all(
    firsts.toReversed().map(async ({ id }) => readRecordedWebhook(await control.exchange(id))),
  );
}
