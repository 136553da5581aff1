// The calls of all phones: implements voice's call gateway, and lets a phone call a number of the account.
import { RelayPhoneError } from '../../../errors.js';
import type { Clock } from '../../platform/clock.js';
import type { Store } from '../../platform/database.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import type { CallGateway, RemoteParty } from '../../voice/call-gateway.js';
import type { BehaviourStore } from '../behaviour.js';
import type { ExposureEvents } from '../exposure/exposure-events.js';
import type { WatchedNumbers } from '../exposure/watched-numbers.js';
import { createCallLog, formatLoggedCall, type LoggedCall } from './call-log.js';
import { createPhoneCall, type PhoneCall } from './phone-call.js';

/** The calls of all phones. */
export interface PhoneCalls extends CallGateway {
  /** Creates a call from `phone` to `to`, and its remote party for voice. The call does not begin yet. */
  start(phone: string, to: string): { readonly call: PhoneCall; readonly party: RemoteParty };
  /** The call log of one phone, oldest first. */
  list(phone: string): LoggedCall[];
  /** The calls of one phone that have not ended. */
  live(phone: string): PhoneCall[];
  /** Finds a call that has not ended, by the SID of the phone's leg. */
  findLive(sid: string): PhoneCall | undefined;
  /** Ends the calls that the table says are open; call it after the table was changed from outside. */
  forget(): void;
}

/** What the calls of phones need. */
export interface PhoneCallsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly behaviours: Pick<BehaviourStore, 'of'>;
  readonly exposures: Pick<ExposureEvents, 'callerShown' | 'soundHeard'>;
  readonly watched: Pick<WatchedNumbers, 'add'>;
  /** The alerts about a leg. */
  readonly alertsAbout: (sid: string) => LoggedCall['alerts'];
}

/** Opens the call logs. Calls that an earlier process left open end. */
export function createPhoneCalls(phoneCallsDeps: PhoneCallsDeps): PhoneCalls {
  const { store, clock, behaviours, exposures, watched, alertsAbout } = phoneCallsDeps;
  const callLog = createCallLog(store);
  const live = new Map<string, PhoneCall>();
  const deps = {
    callLog,
    clock,
    behaviourOf: behaviours.of,
    exposures,
    alertsAbout,
    onStart: (call: PhoneCall) => {
      live.set(call.sid, call);
      watched.add(call.phone);
    },
    onEnd: (call: PhoneCall) => void live.delete(call.sid),
  };
  callLog.endAll(clock.now());
  return {
    reach: (phone, shown) => createPhoneCall(deps, { phone, direction: 'incoming', shown }).party,
    pressIfAutomatic: (legSid, keys) => {
      const call = live.get(legSid);
      if (call && behaviours.of(call.phone).calls === 'answers') call.press(keys);
    },
    start: (phone, shown) => createPhoneCall(deps, { phone, direction: 'outgoing', shown }),
    list: (phone) =>
      callLog
        .list(phone)
        .map((entry) => live.get(entry.sid)?.log() ?? formatLoggedCall(entry, alertsAbout(entry.sid))),
    live: (phone) => [...live.values()].filter((call) => call.phone === phone),
    findLive: (sid) => live.get(sid),
    forget: () => callLog.endAll(clock.now()),
  };
}

/** What a phone needs to call a number of the account. */
export interface CallNumberDeps {
  readonly phoneCalls: Pick<PhoneCalls, 'start'>;
  readonly behaviours: Pick<BehaviourStore, 'of'>;
  readonly numbers: { owned(): ReadonlySet<string> };
  /** Hands the call to voice. */
  readonly receiveCall: (numbers: { readonly from: string; readonly to: string }, party: RemoteParty) => void;
}

/** The `From` of a withheld number. See https://www.twilio.com/docs/voice/twiml/changelog. */
const WITHHELD = 'anonymous';

/**
 * Calls a number of the account from a phone.
 *
 * @param from the phone: E.164, or the address as its network writes it
 * @throws RelayPhoneError `usage` if the account does not own `to`, or if it owns `from`.
 */
export function callNumber(
  { phoneCalls, behaviours, numbers, receiveCall }: CallNumberDeps,
  from: string,
  to: string,
): PhoneCall {
  const number = findPhoneNumber(to)?.number ?? to;
  const owned = numbers.owned();
  if (!owned.has(number)) throw cannotCall(from, `the account does not own ${number}`, 'buy it first');
  if (owned.has(from)) {
    throw cannotCall(from, 'the account owns that number, so it is not a phone', '--from +12025550190');
  }
  const { call, party } = phoneCalls.start(from, number);
  const isWithheld = behaviours.of(from).callerId === 'withheld';
  receiveCall({ from: isWithheld ? WITHHELD : from, to: number }, party);
  return call;
}

function cannotCall(from: string, reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: `call from ${from}`, reason, tryNext });
}
