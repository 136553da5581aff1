// Which numbers are in which Messaging Service: each in one at most.

import type { OwnedNumber } from '../../../numbers/incoming-phone-numbers/store.js';
import type { Store } from '../../../platform/database.js';
import { createListing, type Numbered, type Window } from '../../../platform/table.js';
import { TwilioProblem } from '../../../server/problem.js';

/** A number in a service; its `seq` and `sid` are the owned number's. */
export interface PooledNumber extends Numbered {
  /** E.164. */
  readonly phoneNumber: string;
  readonly serviceSid: string;
  readonly createdAt: number;
}

/** The numbers of all services. A number leaves its service when it is released, and when the service goes. */
export interface SenderPool {
  /**
   * Puts an owned number into a service.
   *
   * @throws TwilioProblem 21710 when it is in it, 21712 when it is in another, 21714 when the service is full.
   */
  add(serviceSid: string, number: OwnedNumber, at: number): PooledNumber;
  find(serviceSid: string, phoneNumberSid: string): PooledNumber | undefined;
  list(serviceSid: string, window: Window): PooledNumber[];
  /** The service that a number (in E.164) is in. */
  findServiceSid(phoneNumber: string): string | undefined;
  /** All numbers of a service, the first to be bought first. */
  all(serviceSid: string): PooledNumber[];
  /** @returns whether it was in it. */
  remove(serviceSid: string, phoneNumberSid: string): boolean;
}

/** Opens the pools; each service takes `limit` numbers. */
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
      if (current) throw alreadyIn(current.serviceSid === serviceSid);
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

function alreadyIn(thisOne: boolean): TwilioProblem {
  return thisOne
    ? new TwilioProblem(409, 21710, 'Phone Number or Short Code is already in the Messaging Service.')
    : new TwilioProblem(
        409,
        21712,
        'Phone Number or Short Code is associated with another Messaging Service.',
      );
}
