// The opt-outs as the library and the control API show and change them: as if the phone had sent STOP or START.
import { RelayPhoneError } from '../../../errors.js';
import type { NumberStore } from '../../numbers/incoming-phone-numbers/store.js';
import type { EventStream } from '../../platform/events/stream.js';
import { findPhoneNumber, isShortCode, verifyPhoneNumber } from '../../platform/phone-number.js';
import type { ServiceStore } from '../api/services/store.js';
import { type OptOut, type SubscriptionDeps, scopeOf } from './opt-outs.js';

/** What changing opt-outs needs. */
export interface SubscriptionChangeDeps extends SubscriptionDeps {
  readonly numbers: Pick<NumberStore, 'findByNumber'>;
  readonly services: Pick<ServiceStore, 'find'>;
  readonly events: Pick<EventStream, 'begin'>;
}

/**
 * Opts a phone out of the texts of a sender, or in again. A number that belongs to a Messaging Service stands for the
 * service. It leaves an `opt-out` event as the keyword does; no text is sent, and the app gets no webhook.
 *
 * @param optOut.sender a number of the account, or the SID of a Messaging Service (`MG…`)
 * @throws RelayPhoneError `usage` if the account does not have the sender, or the phone is not a valid number.
 */
export function changeOptOut(
  { sender, phone: phoneText }: OptOut,
  keyword: 'STOP' | 'START',
  deps: SubscriptionChangeDeps,
): void {
  const phone = isShortCode(phoneText)
    ? phoneText
    : verifyPhoneNumber(phoneText, `use ${phoneText} as a phone`).number;
  const number = verifySender(sender, deps);
  const scope = scopeOf(number, deps);
  if (keyword === 'STOP') deps.optOuts.add(scope, phone);
  else deps.optOuts.remove(scope, phone);
  deps.events.begin({ kind: 'opt-out', phone, number, keyword, reply: null });
}

function verifySender(text: string, { numbers, services }: SubscriptionChangeDeps): string {
  const number = findPhoneNumber(text)?.number ?? '';
  const sender = numbers.findByNumber(number) ? number : services.find(text)?.sid;
  if (sender !== undefined) return sender;
  throw new RelayPhoneError({
    kind: 'usage',
    task: "change a phone's opt-out",
    reason: `the account has neither a number nor a Messaging Service ${text}`,
  });
}
