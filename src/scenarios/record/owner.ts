// Finds out whose phone is behind a mask, from what was recorded about the mask.
import { findRecordedAct, type RecordedWebhook } from './happening.js';
import { readSaid } from './said.js';

/** Where Firefox Relay is told of texts and calls: at an app with these the numbers are masks. */
const MASK = /^\/api\/v1\/inbound_(sms|call)\/?(\?|$)/;

/** Whether a webhook went to an app of masks. */
export function isOfMask({ path }: RecordedWebhook): boolean {
  return MASK.test(path);
}

/**
 * The phone that is rung when a mask is called, else the one that most often gets a text after another has texted the
 * mask; undefined when neither happened.
 */
export function findOwner(webhooks: readonly RecordedWebhook[]): string | undefined {
  const [callee] = webhooks.filter(isOfMask).flatMap(({ twiml }) => readSaid(twiml).callees);
  if (callee !== undefined) return callee;
  const votes = new Map<string, number>();
  let texter: string | undefined;
  for (const happening of webhooks.map(findRecordedAct)) {
    if (happening?.kind === 'text') texter = happening.phone;
    if (happening?.kind !== 'delivery' || happening.phone === texter) continue;
    votes.set(happening.phone, (votes.get(happening.phone) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}
