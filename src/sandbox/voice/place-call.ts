// Places a call for the REST API: calls the far end, and runs its TwiML once that answers.

import { CALLBACK_DELAY_MS } from '../webhooks/status-callbacks.js';
import type { World } from '../world.js';
import type { Call, CallDraft } from './api/calls/store.js';
import type { DocumentSource } from './execution/document.js';
import { createLeg } from './legs/create-leg.js';
import { createFarEnd } from './legs/far-end.js';
import type { Reporting } from './legs/status-callbacks.js';

/** What the REST API says of a call to place. */
export interface Placement {
  readonly draft: CallDraft;
  readonly source: DocumentSource;
  readonly reporting: Reporting | undefined;
  /** Keys to be sent once it is answered. */
  readonly sendDigits: string;
  /** Milliseconds to let it ring. */
  readonly timeout: number;
  /** Milliseconds that it may last. */
  readonly timeLimit: number;
  /** What led to it. */
  readonly traceId: string;
}

/** Places it. @returns the call, queued */
export function placeCall(world: World, placement: Placement): Call {
  const { draft, source, reporting, sendDigits, timeout, timeLimit, traceId } = placement;
  const party = createFarEnd(world, draft);
  const leg = createLeg({ world, draft, party, thread: { traceId, cause: null }, reporting });
  const call = leg.call();
  world.switchboard.add(leg);
  const stopWatching = leg.watch(() => {
    stopWatching();
    if (leg.over.aborted) return;
    leg.limit(timeLimit);
    if (sendDigits !== '') leg.play({ kind: 'keys', content: sendDigits });
    world.switchboard.conduct(world, leg, source);
  });
  leg.dial(timeout, CALLBACK_DELAY_MS);
  return call;
}
