// The end of `undo --all`: removes the state folder and what the user's configuration folder says about this project.
import { readdirSync } from 'node:fs';
import type { Change, ChangeKind } from '../../../setup/changes.js';
import { JOURNAL, readJournal } from '../../../setup/journal.js';
import type { StateFolder } from '../../../state/folder.js';
import { describeHolder, findHolder, isLocked } from '../../../state/lock.js';
import { forgetCheckout } from '../../core/checkout-trust.js';
import type { CommandContext } from '../../core/command-context.js';

/** What was removed, or why everything stays. */
export interface Removal {
  /** The paths that were removed: the state folder, and records in the user's configuration folder. */
  readonly removed: readonly string[];
  /** Why the state folder stays, as sentences: then nothing is removed. */
  readonly stays: readonly string[];
}

/** Removes everything, unless the state folder is still needed. */
export function removeAll({ ports, state, checkout }: CommandContext): Removal {
  const folder = state.find();
  const stays = folder ? listReasons(folder) : [];
  if (stays.length > 0) return { removed: [], stays };
  const records = checkout ? forgetCheckout(ports.environment, checkout) : [];
  return { removed: [...state.remove(), ...records], stays };
}

/** Returns why the state folder is still needed: by `undo`, or by a running relay-phone. */
function listReasons(folder: StateFolder): string[] {
  const { changes, unreadableLines } = readJournal(folder.file(JOURNAL));
  const left = changes.filter(isNeeded);
  const accounts = [...new Set(left.map(({ target, accountSid }) => `${target} account ${accountSid}`))];
  const locks = readdirSync(folder.path).flatMap((name) =>
    name.endsWith('.lock') ? [name.slice(0, -5)] : [],
  );
  return [
    ...(unreadableLines > 0 ? ['lines of its journal of changes cannot be read'] : []),
    ...accounts.map((account) => `its journal has changes of the ${account} that were not undone`),
    ...locks
      .filter((name) => isLocked(folder, name))
      .map((name) => `${describeHolder(findHolder(folder, name))} is using it`),
  ];
}

/** The kinds of change that are at Twilio, or in the sandbox that goes with the state folder. */
const AT_TWILIO: readonly ChangeKind[] = [
  'number-bought',
  'app-created',
  'app-updated',
  'number-attached',
  'text-sent',
  'number-borrowed',
  'trial-created',
  'opt-out-risked',
];

function isNeeded({ state, target, data: { kind } }: Change): boolean {
  const isOpen = state === 'done' || state === 'intended';
  const isGone = kind === 'number-released' || (target === 'sandbox' && AT_TWILIO.includes(kind));
  return isOpen && !isGone;
}
