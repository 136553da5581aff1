// The table of the sandbox's one account.
import { RelayPhoneError } from '../../../errors.js';
import { SANDBOX_SID_PREFIX } from '../../../sandbox-sid.js';
import type { Store } from '../../platform/database.js';
import { createHex32 } from '../../platform/formats.js';
import { emptyTables } from '../../platform/snapshot.js';
import { createKeyStore } from '../keys/store.js';

/** The account. The balance is in millionths of a dollar, times are milliseconds since 1970. */
export interface Account {
  readonly sid: string;
  readonly authToken: string;
  readonly friendlyName: string;
  readonly type: 'Full' | 'Trial';
  readonly status: 'active' | 'suspended' | 'closed';
  readonly balance: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/**
 * The account of a new database; every field has a default.
 *
 * @example
 * await createSandbox({ account: { friendlyName: 'Relay', type: 'Trial', balance: '15.50' } });
 */
export interface AccountOptions {
  /** Default: {@link SANDBOX_SID_PREFIX} and random digits. */
  readonly sid?: string;
  /** 32 hex digits. Default: random. */
  readonly authToken?: string;
  /** Default `Sandbox`. */
  readonly friendlyName?: string;
  /** Default `Full`. */
  readonly type?: Account['type'];
  /** Default `active`. */
  readonly status?: Account['status'];
  /** Dollars. Default `100.00`. */
  readonly balance?: string;
}

/** The table of the account. */
export interface AccountStore {
  read(): Account;
  /** The fields that never change, read once. */
  readonly fixed: Pick<Account, 'sid' | 'authToken' | 'type' | 'status'>;
  rename(friendlyName: string, at: number): void;
  /** Reduces the balance by `millionths` of a dollar. */
  charge(millionths: number): void;
  /** Empties every other table, and restores the opening balance. */
  reset(): void;
}

/** How the account of a database is opened. */
export interface AccountOpening {
  /**
   * True if the kept auth token must not be used again unless it is given: the given one, else a random one replaces it.
   * The API keys go with it, because those who know the token may have made them. Default false.
   */
  readonly renewsToken?: boolean;
  /** Is called if the kept token was replaced, with where the new one comes from. */
  readonly onTokenRenewed?: ((by: TokenSource) => void) | undefined;
}

/** Where an auth token comes from. */
export type TokenSource = 'given' | 'random';

/**
 * Opens the account of a database, or creates it in a new one.
 *
 * @param now milliseconds since 1970
 * @throws RelayPhoneError `usage` if `options` are invalid, or name another account than the one whose token they renew.
 */
export function openAccount(
  store: Store,
  options: AccountOptions,
  now: number,
  { renewsToken = false, onTokenRenewed }: AccountOpening = {},
): AccountStore {
  const row = store.query<Account>('SELECT * FROM account');
  const kept = row.get();
  if (!kept) createAccount(store, options, now);
  else if (renewsToken && renewToken(store, kept, options))
    onTokenRenewed?.(options.authToken === undefined ? 'random' : 'given');
  const rename = store.query('UPDATE account SET friendlyName = ?, updatedAt = ?');
  const charge = store.query('UPDATE account SET balance = balance - ?');
  const reopen = store.query('UPDATE account SET balance = openingBalance');
  const read = () => {
    const account = row.get();
    if (!account) throw new Error('The sandbox database has no account');
    return account;
  };
  return {
    read,
    fixed: read(),
    rename: (friendlyName, at) => void rename.run(friendlyName, at),
    charge: (millionths) => void charge.run(millionths),
    reset: () =>
      store.replace(() => {
        emptyTables(store);
        reopen.run();
      }),
  };
}

/** @returns false if the kept token was given again */
function renewToken(store: Store, kept: Account, { sid = kept.sid, authToken }: AccountOptions): boolean {
  if (sid !== kept.sid) {
    throw new RelayPhoneError({
      kind: 'usage',
      task: 'start the sandbox',
      reason: `the database has the account ${kept.sid}, not the given one`,
      tryNext: ['--state-dir PATH of a new folder', `--account-sid ${kept.sid}`],
    });
  }
  if (authToken === kept.authToken) return false;
  const token = verify('auth token', authToken ?? createHex32(), ...TOKEN);
  store.query('UPDATE account SET authToken = ?').run(token);
  createKeyStore(store).clear();
  return true;
}

const TOKEN = [/^[0-9a-f]{32}$/, '32 hex digits in lower case'] as const;

function createAccount(store: Store, options: AccountOptions, now: number): void {
  const sid = verify(
    'SID',
    options.sid ?? newSid(),
    /^AC[0-9a-f]{32}$/,
    'AC and 32 hex digits in lower case',
  );
  const token = verify('auth token', options.authToken ?? createHex32(), ...TOKEN);
  const amount = /^-?\d{1,9}(\.\d{1,6})?$/;
  const dollars = verify('balance', options.balance ?? '100.00', amount, 'dollars such as 15.50');
  const balance = Math.round(Number(dollars) * 1_000_000);
  const { friendlyName = 'Sandbox', type = 'Full', status = 'active' } = options;
  store
    .query('INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(sid, token, friendlyName, type, status, balance, balance, now, now);
}

function newSid(): string {
  return SANDBOX_SID_PREFIX + createHex32().slice(SANDBOX_SID_PREFIX.length - 2);
}

function verify(name: string, value: string, pattern: RegExp, form: string): string {
  if (pattern.test(value)) return value;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'create the sandbox',
    reason: `the ${name} of its account must be ${form}`,
    ...(name === 'auth token' && { tryNext: ['openssl rand -hex 16, for a random auth token'] }),
  });
}
