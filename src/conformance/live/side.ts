// The side of a live account: borrows the two numbers, and runs each behaviour within the budget.
import type { Setup } from '../../setup/setup.js';
import { explaining } from '../../twilio/failure.js';
import type { ConformanceApp } from '../app.js';
import { isPaid, needsWebhooks, type TwilioBehaviour } from '../behaviour.js';
import { type PointedFields, pointAt } from '../number-settings.js';
import type { Seen } from '../recording.js';
import { runBehaviour } from '../run-behaviour.js';
import type { Side } from '../side.js';
import { type Budget, formatAmount } from './budget.js';
import { createCleanUp } from './clean-up.js';
import type { LiveNumber } from './numbers.js';
import type { Selection } from './selection.js';

/** What a live side needs. */
export interface LiveSideOptions {
  readonly setup: Setup;
  readonly numbers: readonly [a: LiveNumber, b: LiveNumber];
  readonly app: ConformanceApp;
  readonly budget: Budget;
  /** Why a behaviour is left out, by id. */
  readonly leftOut: Selection['reasons'];
  readonly newId: () => string;
  /** How long to wait for what must come, milliseconds. */
  readonly waitMs: number;
  /** How often the tunnel was lost so far. A behaviour during which that happens was not seen. */
  readonly losses: () => number;
  /** Default: at most {@link MAX_TEXTS} in {@link WINDOW_MS}. */
  readonly pace?: (texts: number) => Promise<void>;
}

/** Sends everything of the two numbers to the app; the journal has their old settings. */
export async function borrowNumbers({
  setup,
  numbers,
  app,
}: Pick<LiveSideOptions, 'setup' | 'numbers' | 'app'>): Promise<void> {
  const names = ['a', 'b'] as const;
  for (const [index, { sid, phoneNumber, fields: before }] of numbers.entries()) {
    const fields: PointedFields = pointAt(app.address, names[index] ?? 'a');
    const change = setup.journal.intend({ kind: 'number-borrowed', sid, phoneNumber, before, fields });
    const number = setup.client.account.incomingPhoneNumbers(sid);
    await explaining(`point ${phoneNumber} at the tunnel`, number.update(fields));
    setup.journal.done(change);
  }
}

/** Creates the function that runs a behaviour with the account. */
export function createLiveRun(options: LiveSideOptions): (behaviour: TwilioBehaviour) => Promise<Seen> {
  const { setup, numbers, app, budget, leftOut, newId, waitMs, losses } = options;
  const [a, b] = numbers;
  const side: Side = {
    kind: 'live',
    client: setup.client,
    authToken: setup.authToken,
    a,
    b,
    app,
    cleanUp: createCleanUp(setup, [a.phoneNumber, b.phoneNumber]),
    pace: options.pace ?? createPace(setup),
    waitMs,
    settleMs: SETTLE_MS,
    sleep: setup.sleep,
    newId,
  };
  return async (behaviour) => {
    const reason = leftOut.get(behaviour.id);
    if (reason !== undefined) return { kind: 'unseen', reason };
    if (isPaid(behaviour) && !budget.reserve(behaviour))
      return {
        kind: 'unseen',
        reason: `the budget of ${formatAmount(budget.limit, budget.currency)} is used up`,
      };
    const before = losses();
    const seen = await runBehaviour(side, behaviour);
    budget.settle(behaviour, seen);
    if (needsWebhooks(behaviour) && losses() > before)
      return { kind: 'unseen', reason: 'the tunnel was lost' };
    return seen;
  };
}

/** A webhook that comes twice does so at once. */
const SETTLE_MS = 1000;

/** Fewer than the 30 that Twilio lets two numbers exchange, for replies come on top. */
const MAX_TEXTS = 15;
const WINDOW_MS = 30_000;

/** Waits until the next texts are within what Twilio allows between two numbers. */
function createPace({ sleep, now }: Setup): (texts: number) => Promise<void> {
  let sent: readonly number[] = [];
  return async (texts) => {
    for (;;) {
      const start = now() - WINDOW_MS;
      sent = sent.filter((at) => at > start);
      const [oldest] = sent;
      if (texts === 0 || oldest === undefined || sent.length + texts <= MAX_TEXTS) break;
      await sleep(oldest - start);
    }
    sent = [...sent, ...Array.from({ length: texts }, () => now())];
  };
}
