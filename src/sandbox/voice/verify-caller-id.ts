// Calls a number to hear from whoever holds it the code that proves it: how a caller id is verified.

import type { CallerId } from '../numbers/outgoing-caller-ids/store.js';
import type { Destination } from '../webhooks/webhook.js';
import type { World } from '../world.js';
import type { Call } from './api/calls/store.js';
import { tellApp } from './execution/call-webhooks.js';
import { wait, waitForSignal } from './execution/wait.js';
import { formatCallParameters } from './execution/webhook-parameters.js';
import { createLeg } from './legs/create-leg.js';
import { createFarEnd } from './legs/far-end.js';
import type { Leg } from './legs/leg.js';

/** What such a call shows: a number that is nobody's. */
const SENDER = '+14155550199';
/** Milliseconds to let it ring, and to wait for the code. */
const [RING_TIME, PATIENCE] = [60_000, 30_000];

/** A validation that was asked for. */
export interface Validation {
  /** E.164. */
  readonly number: string;
  readonly friendlyName: string;
  /** Six digits. */
  readonly code: string;
  /** Milliseconds before the call. */
  readonly delay: number;
  /** Keys to be sent first. */
  readonly extension: string;
  /** Who is told how it ended. */
  readonly callback: Destination | undefined;
}

/**
 * Starts the call. A phone that answers by itself enters the code: its holder has it from whoever asked. See
 * https://www.twilio.com/docs/voice/api/outgoing-caller-ids#add-an-outgoing-caller-id.
 *
 * @returns the call, queued
 */
export function placeValidation(world: World, validation: Validation): Call {
  const { number, delay } = validation;
  const draft = {
    sender: SENDER,
    recipient: number,
    direction: 'outbound-api',
    parentSid: null,
    numberSid: null,
  } as const;
  const party = createFarEnd(world, draft);
  const thread = { traceId: world.events.newTrace(), cause: null };
  const leg = createLeg({ world, draft, party, thread, reporting: undefined });
  const call = leg.call();
  world.switchboard.add(leg);
  const stopWatching = leg.watch(() => {
    stopWatching();
    void conclude(world, leg, validation);
  });
  world.clock.after(delay, () => leg.dial(RING_TIME));
  return call;
}

async function conclude(world: World, leg: Leg, validation: Validation): Promise<void> {
  const entered = await askForCode(world, leg, validation).catch(() => '');
  if (leg.life.aborted) return;
  const callerId = entered === validation.code ? keep(world, validation) : undefined;
  leg.hangUp();
  const { callback } = validation;
  if (!callback) return;
  await tellApp(
    { world, leg },
    {
      ...callback,
      purpose: 'caller-id',
      parameters: [
        ...formatCallParameters(world, leg.call()),
        ['VerificationStatus', callerId ? 'success' : 'failed'],
        ...(callerId ? ([['OutgoingCallerIdSid', callerId.sid]] as const) : []),
      ],
    },
  );
}

/** Whoever was faster has verified it already. */
function keep({ callerIds, now }: World, { number, friendlyName }: Validation): CallerId | undefined {
  if (callerIds.isVerified(number)) return undefined;
  return callerIds.insert(number, friendlyName, now());
}

async function askForCode(world: World, leg: Leg, { number, code, extension }: Validation): Promise<string> {
  if (extension !== '') leg.play({ kind: 'keys', content: extension });
  leg.play({ kind: 'say', content: 'Please enter the verification code.' });
  if (world.phones.behaviourOf(number).calls === 'answers') world.handsets.get(leg.sid)?.press(code);
  const keys = waitForSignal<string>(leg.over, (resolve) => {
    let entered = '';
    return leg.listen(({ kind, content }) => {
      if (kind === 'keys') entered += content;
      if (entered.length >= code.length) resolve(entered);
      return kind === 'keys';
    });
  });
  return Promise.race([keys, wait(world.clock, PATIENCE, leg.over).then(() => '')]);
}
