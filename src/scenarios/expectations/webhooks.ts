// Expects what the app answers to a webhook.
import type { Hop, WebhookHop } from '../control.js';
import type { Unmet } from '../ports.js';
import { type Scene, waitForFirst } from '../scene.js';
import type { StepContent } from '../story.js';
import { EXPECTATION_TIMEOUT_MS, SHOWN } from './patience.js';

/** A webhook was sent since the last step that did something, and answered so. */
export async function expectWebhook(
  scene: Scene,
  {
    'expect webhook': purpose,
    status,
    error,
    within = EXPECTATION_TIMEOUT_MS,
  }: StepContent<'expect webhook'>,
): Promise<Unmet | undefined> {
  let webhooks: readonly WebhookHop[] = [];
  const found = await waitForFirst(scene, within, async () => {
    webhooks = (await scene.ports.control.events({ since: scene.mark })).filter(isWebhook);
    return webhooks.find(
      (one) =>
        one.purpose === purpose &&
        (status === undefined || one.status === status) &&
        (error === undefined || one.errorCode === error),
    );
  });
  if (found) return undefined;
  const parts = [
    `a webhook for ${purpose}`,
    status !== undefined && `that is answered with ${status}`,
    error !== undefined && `that fails with ${error}`,
  ];
  return {
    expected: parts.filter(Boolean).join(' '),
    found: webhooks.length === 0 ? ['no webhook was sent'] : webhooks.slice(0, SHOWN).map(describe),
  };
}

function isWebhook(hop: Hop | WebhookHop): hop is WebhookHop {
  return hop.kind === 'webhook.sent';
}

function describe({ purpose, url, status, errorCode, failure }: WebhookHop): string {
  const failed = errorCode === null ? '' : ` (${errorCode}: ${failure})`;
  return `a webhook for ${purpose} to ${url} was answered with ${status ?? 'nothing'}${failed}`;
}
