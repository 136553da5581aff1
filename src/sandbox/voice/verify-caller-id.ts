// Verifies a caller id: calls the number, and waits for the person who answers to enter the code.
import type { VerificationCall } from '../numbers/outgoing-caller-ids/routes.js';
import type { CallerId, CallerIdStore } from '../numbers/outgoing-caller-ids/store.js';
import type { Clock } from '../platform/clock.js';
import { wait, waitForSignal } from '../platform/timers.js';
import type { Call } from './api/calls/store.js';
import type { CallGateway } from './call-gateway.js';
import type { Leg, OpenOutboundLeg } from './legs/leg.js';

/** The caller id of the call: a number that nobody has. */
const SENDER = '+14155550199';
const RING_TIMEOUT_MS = 60_000;
const CODE_TIMEOUT_MS = 30_000;

/** What the verification needs. */
export interface VerifyCallerIdDeps {
  readonly clock: Clock;
  readonly callerIds: Pick<CallerIdStore, 'insert' | 'isVerified'>;
  readonly phones: CallGateway;
  readonly openOutboundLeg: OpenOutboundLeg;
}

/**
 * Starts the call. A phone that answers by itself enters the code. See
 * https://www.twilio.com/docs/voice/api/outgoing-caller-ids#add-an-outgoing-caller-id.
 *
 * @returns the queued call
 */
export function verifyCallerId(deps: VerifyCallerIdDeps, verification: VerificationCall): Call {
  const { clock, openOutboundLeg } = deps;
  const draft = {
    sender: SENDER,
    recipient: verification.number,
    direction: 'outbound-api',
    parentSid: null,
    numberSid: null,
  } as const;
  const leg = openOutboundLeg(draft, verification.trace, undefined);
  const stopWaiting = leg.onProgress(() => {
    stopWaiting();
    void finishVerification(deps, leg, verification);
  });
  clock.after(verification.delayMs, () => leg.dial(RING_TIMEOUT_MS));
  return leg.call();
}

async function finishVerification(
  deps: VerifyCallerIdDeps,
  leg: Leg,
  verification: VerificationCall,
): Promise<void> {
  const entered = await askForCode(deps, leg, verification).catch(() => '');
  if (leg.stopSignal.aborted) return;
  const callerId = entered === verification.code ? addCallerId(deps, verification) : undefined;
  leg.hangUp();
  const { callback } = verification;
  if (!callback) return;
  await leg.notifyApp({
    ...callback,
    purpose: 'caller-id',
    parameters: [
      ...leg.formatParameters(),
      ['VerificationStatus', callerId ? 'success' : 'failed'],
      ...(callerId ? ([['OutgoingCallerIdSid', callerId.sid]] as const) : []),
    ],
  });
}

/** Returns undefined if another call has verified the number meanwhile. */
function addCallerId(
  { callerIds, clock }: VerifyCallerIdDeps,
  { number, friendlyName }: VerificationCall,
): CallerId | undefined {
  if (callerIds.isVerified(number)) return undefined;
  return callerIds.insert(number, friendlyName, clock.now());
}

/** Returns the keys that were entered, an empty string after the timeout. @throws the reason of `leg.ended`. */
async function askForCode(
  { clock, phones }: VerifyCallerIdDeps,
  leg: Leg,
  { code, extension }: VerificationCall,
): Promise<string> {
  if (extension !== '') leg.play({ kind: 'keys', content: extension });
  leg.play({ kind: 'say', content: 'Please enter the verification code.' });
  phones.pressIfAutomatic(leg.sid, code);
  const keys = waitForSignal<string>(leg.ended, (resolve) => {
    let entered = '';
    return leg.listen(({ kind, content }) => {
      if (kind === 'keys') entered += content;
      if (entered.length >= code.length) resolve(entered);
      return kind === 'keys';
    });
  });
  return Promise.race([keys, wait(clock, CODE_TIMEOUT_MS, leg.ended).then(() => '')]);
}
