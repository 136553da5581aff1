// Which senders lack what the networks ask for before they deliver a text: everybody has it until told otherwise.
import { RelayPhoneError } from '../../../errors.js';
import type { Store } from '../../platform/database.js';
import { findPhoneNumber } from '../../platform/phone-number.js';

/** What a sender has been through; a missing part stays as it is. */
export interface Compliance {
  /** The US registration of long codes (A2P 10DLC). */
  readonly a2p?: 'registered' | 'unregistered';
  /** The verification of toll-free numbers. */
  readonly tollFree?: 'verified' | 'unverified';
}

/** The compliance of all senders. */
export interface ComplianceStore {
  /**
   * Changes that of a phone number, or the registration of a whole Messaging Service (`MG…`).
   *
   * @throws RelayPhoneError `usage` when `sender` is neither, or `compliance` is none.
   */
  set(sender: string, compliance: Compliance): void;
  /** Whether a number (in E.164) or a service is registered. */
  isRegistered(sender: string): boolean;
  /** Whether a number (in E.164) is verified. */
  isVerified(number: string): boolean;
  /** Whether there is anybody who lacks anything. */
  isComplete(): boolean;
  /** Says that the table was emptied from outside. */
  forget(): void;
}

/** Opens the table of what senders lack. */
export function createComplianceStore(store: Store): ComplianceStore {
  const all = store.query<{ sender: string; lack: string }>('SELECT * FROM complianceGaps');
  const open = store.query('INSERT OR IGNORE INTO complianceGaps VALUES (?, ?)');
  const close = store.query('DELETE FROM complianceGaps WHERE sender = ? AND lack = ?');
  // Every text asks, and hardly ever is there an answer.
  let known: ReadonlySet<string> | undefined;
  const gaps = () => {
    known ??= new Set(all.all().map(({ sender, lack }) => lack + sender));
    return known;
  };
  const forget = () => {
    known = undefined;
  };
  return {
    set: (text, compliance) => {
      const sender = verifySender(text);
      const { a2p, tollFree } = verifyCompliance(compliance);
      forget();
      if (a2p) (a2p === 'unregistered' ? open : close).run(sender, 'a2p');
      if (tollFree) (tollFree === 'unverified' ? open : close).run(sender, 'tollFree');
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
