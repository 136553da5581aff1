// Decides whether US carriers refuse the texts of an unregistered or unverified number.
import { findBlock } from '../../numbers/inventory.js';
import type { ComplianceStore } from './store.js';

const UNVERIFIED_TOLL_FREE = 30032;
const UNREGISTERED_LONG_CODE = 30034;

/** The countries whose carriers require A2P registration: the US, Puerto Rico, the Virgin Islands, Guam, American Samoa. */
const US_NETWORKS: ReadonlySet<string | undefined> = new Set(['US', 'PR', 'VI', 'GU', 'AS']);

/** What the decision needs. */
export interface RefusalDeps {
  readonly compliance: ComplianceStore;
  readonly pool: {
    /** Returns the Messaging Service that has a number in its pool, if there is one. */
    findServiceSid(number: string): string | undefined;
  };
}

/**
 * Returns the error code of the refusal, or null if carriers deliver the number's texts.
 * For the US, a North American long code must be registered, and its Messaging Service too. For the US and Canada, a
 * toll-free number must be verified. See https://www.twilio.com/docs/api/errors/30034 and …/30032.
 *
 * @param sender E.164
 * @param country the recipient's, ISO 3166
 */
export function findRefusal(
  sender: string,
  country: string | undefined,
  { compliance, pool }: RefusalDeps,
): number | null {
  if (compliance.isComplete()) return null;
  if (findBlock(sender)?.type === 'toll-free') {
    const isRequired = country === 'US' || country === 'CA';
    return isRequired && !compliance.isVerified(sender) ? UNVERIFIED_TOLL_FREE : null;
  }
  if (!US_NETWORKS.has(country) || !sender.startsWith('+1')) return null;
  const service = pool.findServiceSid(sender);
  const registered =
    compliance.isRegistered(sender) && (service === undefined || compliance.isRegistered(service));
  return registered ? null : UNREGISTERED_LONG_CODE;
}
