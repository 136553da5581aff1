// Decides whether the networks deliver what a number sends.
import { findBlock } from '../../numbers/inventory.js';
import type { ComplianceStore } from './store.js';

const UNVERIFIED_TOLL_FREE = 30032;
const UNREGISTERED_LONG_CODE = 30034;

/** Where the networks are those of the US: its states, Puerto Rico, the Virgin Islands, Guam, American Samoa. */
const US_NETWORKS: ReadonlySet<string | undefined> = new Set(['US', 'PR', 'VI', 'GU', 'AS']);

/** What the decision depends on. */
export interface RefusalDeps {
  readonly compliance: ComplianceStore;
  readonly pool: {
    /** The Messaging Service that a number is in the pool of; undefined when it is in none. */
    findServiceSid(number: string): string | undefined;
  };
}

/**
 * The error code with which texts from a number stay undelivered; null when nothing stands against it.
 * A North American long code needs its registration for the US, its own and its service's; a toll-free number its
 * verification for the US and Canada. See https://www.twilio.com/docs/api/errors/30034 and …/30032.
 *
 * @param country of the recipient
 */
export function findRefusal(
  sender: string,
  country: string | undefined,
  { compliance, pool }: RefusalDeps,
): number | null {
  if (compliance.isComplete()) return null;
  if (findBlock(sender)?.type === 'toll-free') {
    const asked = country === 'US' || country === 'CA';
    return asked && !compliance.isVerified(sender) ? UNVERIFIED_TOLL_FREE : null;
  }
  if (!US_NETWORKS.has(country) || !sender.startsWith('+1')) return null;
  const service = pool.findServiceSid(sender);
  const registered =
    compliance.isRegistered(sender) && (service === undefined || compliance.isRegistered(service));
  return registered ? null : UNREGISTERED_LONG_CODE;
}
