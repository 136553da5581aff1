// Sends the webhooks of a call: those that are waited for, and those that nothing waits for.
import type { WebhookPurpose } from '../../platform/events/event.js';
import { SandboxStopped } from '../../webhooks/dispatch.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { Destination, Webhook, WebhookResult } from '../../webhooks/webhook.js';
import type { World } from '../../world.js';
import type { CallRecord } from '../legs/call-record.js';

/** What a webhook is about. */
export interface CallSubject {
  readonly world: World;
  readonly leg: CallRecord;
}

/** What to send, and where. */
export interface Question extends Destination {
  readonly purpose: WebhookPurpose;
  readonly parameters: readonly Parameter[];
  readonly fallback?: Destination | undefined;
}

/**
 * Sends a webhook and waits for its answer, which is what the leg's next events follow from.
 *
 * @throws SandboxStopped when the world that the call is in ends meanwhile
 */
export async function askApp<Outcome>(
  { world, leg }: CallSubject,
  question: Question,
  accept: Webhook<Outcome>['accept'],
): Promise<WebhookResult<Outcome>> {
  const webhook = { ...aboutCall(leg), ...question, accept };
  const sent = await world.clock.during(world.webhooks.send(webhook));
  leg.follows(sent.event);
  return sent;
}

/** Sends a webhook that only tells; how it ends is told by its event, and by an alert. */
export async function tellApp({ world, leg }: CallSubject, question: Question): Promise<void> {
  const webhook = { ...aboutCall(leg), ...question, accept: () => undefined };
  try {
    await world.clock.during(world.webhooks.send(webhook));
  } catch (error) {
    if (!(error instanceof SandboxStopped)) throw error;
  }
}

function aboutCall({ sid, numbers, life, thread }: CallRecord) {
  return { sid, serviceSid: null, numbers, signal: life, trace: thread() };
}
