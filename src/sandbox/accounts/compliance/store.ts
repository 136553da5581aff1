// The table of registrations that senders lack; by default a sender is registered and verified.
import { RelayPhoneError } from '../../../errors.js';
import type { Store } from '../../platform/database.js';
import { findPhoneNumber } from '../../platform/phone-number.js';

/**
 * The registrations of a sender; a missing field keeps its value.
 *
 * @example
 * sandbox.compliance('+12025550123', { a2p: 'unregistered' });
 */
export interface Compliance {
  /** The A2P 10DLC registration, which US carriers require of long codes. */
  readonly a2p?: 'registered' | 'unregistered';
  /** The verification of a toll-free number. */
  readonly tollFree?: 'verified' | 'unverified';
}

/**
 * A sender that lacks a registration.
 *
 * @example
 * expect(sandbox.unregistered()).toEqual([{ sender: '+12025550123', a2p: 'unregistered', tollFree: 'verified' }]);
 */
export interface SenderCompliance extends Required<Compliance> {
  /** A number, or the SID of a Messaging Service. */
  readonly sender: string;
}

/** The compliance of all senders. */
export interface ComplianceStore {
  /**
   * Changes the registrations of a phone number, or the registration of a Messaging Service (`MG…`).
   *
   * @throws RelayPhoneError `usage` if `sender` is neither, or `compliance` is invalid.
   */
  set(sender: string, compliance: Compliance): void;
  /** The senders that lack a registration. */
  list(): readonly SenderCompliance[];
  /** True if a number (E.164) or a service is registered. */
  isRegistered(sender: string): boolean;
  /** True if a toll-free number (E.164) is verified. */
  isVerified(number: string): boolean;
  /** True if no sender lacks a registration. */
  isComplete(): boolean;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

/** Opens the table of missing registrations. */
export function createComplianceStore(store: Store): ComplianceStore {
  const all = store.query<{ sender: string; lack: string }>('SELECT * FROM complianceGaps ORDER BY sender');
  const open = store.query('INSERT OR IGNORE INTO complianceGaps VALUES (?, ?)');
  const close = store.query('DELETE FROM complianceGaps WHERE sender = ? AND lack = ?');
  // Read for every text, and the table is almost always empty.
  let cache: ReadonlySet<string> | undefined;
  const gaps = () => {
    cache ??= new Set(all.all().map(({ sender, lack }) => lack + sender));
    return cache;
  };
  const forget = () => {
    cache = undefined;
  };
  return {
    set: (text, compliance) => {
      const sender = verifySender(text);
      const { a2p, tollFree } = verifyCompliance(compliance);
      forget();
      if (a2p) (a2p === 'unregistered' ? open : close).run(sender, 'a2p');
      if (tollFree) (tollFree === 'unverified' ? open : close).run(sender, 'tollFree');
    },
    list: () => {
      const senders = [...new Set(all.all().map(({ sender }) => sender))];
      return senders.map((sender) => ({
        sender,
        a2p: gaps().has(`a2p${sender}`) ? 'unregistered' : 'registered',
        tollFree: gaps().has(`tollFree${sender}`) ? 'unverified' : 'verified',
      }));
    },
    isRegistered: (sender) => !gaps().has(`a2p${sender}`),
    isVerified: (number) => !gaps().has(`tollFree${number}`),
    isComplete: () => gaps().size === 0,
    forget,
  };
}

function verifySender(text: string): string {
  const sender = /^MG[0-9a-f]{32}$/.test(text) ? text : findPhoneNumber(text)?.number;
  if (sender !== undefined) return sender;
  throw badCompliance(`${text} is neither a phone number nor the SID of a Messaging Service`);
}

function verifyCompliance(compliance: Compliance): Compliance {
  const { a2p = 'registered', tollFree = 'verified' } = compliance;
  if (!['registered', 'unregistered'].includes(a2p)) throw badCompliance(`a2p cannot be ${a2p}`);
  if (!['verified', 'unverified'].includes(tollFree)) throw badCompliance(`tollFree cannot be ${tollFree}`);
  return compliance;
}

function badCompliance(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: "change a sender's compliance", reason });
}
