// The sender pools of Messaging Services: their numbers, each in one pool at most.

import type { OwnedNumber } from '../../../numbers/incoming-phone-numbers/store.js';
import type { Store } from '../../../platform/database.js';
import { createListing, type Numbered, type Window } from '../../../platform/table.js';
import { TwilioProblem } from '../../../server/problem.js';

/** A number in a pool; `seq` and `sid` are the owned number's. Times are milliseconds since 1970. */
export interface PooledNumber extends Numbered {
  /** E.164. */
  readonly phoneNumber: string;
  readonly serviceSid: string;
  readonly createdAt: number;
}

/** The table of all pools. A number leaves its pool when it is released, and when the service is deleted. */
export interface SenderPool {
  /**
   * Adds an owned number to the pool of a service.
   *
   * @throws TwilioProblem 21710 if it is in that pool, 21712 if it is in another, 21714 if the pool is full.
   */
  add(serviceSid: string, number: OwnedNumber, at: number): PooledNumber;
  find(serviceSid: string, phoneNumberSid: string): PooledNumber | undefined;
  list(serviceSid: string, window: Window): PooledNumber[];
  /** The service of a number (E.164); undefined if it is in no pool. */
  findServiceSid(phoneNumber: string): string | undefined;
  /** All numbers of a service, in the order in which they were bought. */
  all(serviceSid: string): PooledNumber[];
  /** @returns true if the number was in the pool */
  remove(serviceSid: string, phoneNumberSid: string): boolean;
}

/** Opens the table; a pool holds at most `limit` numbers. */
export function createSenderPool(store: Store, limit: number): SenderPool {
  const insert = store.query('INSERT INTO pooledNumbers VALUES (?, ?, ?, ?, ?)');
  const findAny = store.query<PooledNumber>('SELECT * FROM pooledNumbers WHERE seq = ?');
  const find = store.query<PooledNumber>('SELECT * FROM pooledNumbers WHERE serviceSid = ? AND sid = ?');
  const findService = store.query<PooledNumber>('SELECT * FROM pooledNumbers WHERE phoneNumber = ?');
  const all = store.query<PooledNumber>('SELECT * FROM pooledNumbers WHERE serviceSid = ? ORDER BY seq');
  const list = createListing<PooledNumber>(store, 'pooledNumbers', 'serviceSid = :service');
  const remove = store.query('DELETE FROM pooledNumbers WHERE serviceSid = ? AND sid = ?');
  return {
    add: (serviceSid, { seq, sid, phoneNumber }, at) => {
      const current = findAny.get(seq);
      if (current) throw alreadyPooled(current.serviceSid === serviceSid);
      if (all.all(serviceSid).length >= limit) {
        throw new TwilioProblem(412, 21714, 'Number Pool size limit reached');
      }
      insert.run(seq, sid, phoneNumber, serviceSid, at);
      return { seq, sid, phoneNumber, serviceSid, createdAt: at };
    },
    find: (serviceSid, phoneNumberSid) => find.get(serviceSid, phoneNumberSid),
    findServiceSid: (phoneNumber) => findService.get(phoneNumber)?.serviceSid,
    list: (serviceSid, window) => list(window, { service: serviceSid }),
    all: (serviceSid) => all.all(serviceSid),
    remove: (serviceSid, phoneNumberSid) => remove.run(serviceSid, phoneNumberSid) > 0,
  };
}

function alreadyPooled(isInThisPool: boolean): TwilioProblem {
  return isInThisPool
    ? new TwilioProblem(409, 21710, 'Phone Number or Short Code is already in the Messaging Service.')
    : new TwilioProblem(
        409,
        21712,
        'Phone Number or Short Code is associated with another Messaging Service.',
      );
}
