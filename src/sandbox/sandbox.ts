// What a sandbox is to those who create one.
import type { Duplex } from 'node:stream';
import type { AccountOptions } from './accounts/account/store.js';
import type { Compliance } from './accounts/compliance/store.js';
import type { TestCredentials } from './accounts/test-credentials/derive.js';
import type { SentText, TextOutcome } from './messaging/text-gateway.js';
import type { PhoneCall } from './phones/calls/phone-call.js';
import type { NumberExposure } from './phones/exposure/find-exposures.js';
import type { PhoneSummary, SandboxPhone } from './phones/phones.js';
import type { SandboxClock } from './platform/clock.js';
import type { SandboxEvent } from './platform/events/event.js';
import type { EventFilter } from './platform/events/search.js';
import type { Fault, FaultRule } from './server/faults.js';
import type { RecordedRequest } from './server/request-log.js';
import type { WebhookNetwork } from './webhooks/http-request.js';

/** How to create a sandbox; everything has a default. */
export interface SandboxOptions {
  /** The file that keeps its world; one that exists is opened as it was left. Default: in memory. */
  readonly database?: string;
  /** The port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** How many ports above `port` may be tried when it is taken. Default 0. */
  readonly spare?: number;
  /** Whether to refuse what Twilio refuses though a laptop needs it: status callbacks to private hosts. Default false. */
  readonly strict?: boolean;
  /** What the account of a new world is like. */
  readonly account?: AccountOptions;
  /** The SID and token that work like Twilio's test credentials. Default: they follow from the account's. */
  readonly testCredentials?: TestCredentials;
  /** How many numbers a Messaging Service takes before it answers 21714. Default 400. */
  readonly poolLimit?: number;
  /** The time, milliseconds since 1970. A manual clock starts at it. */
  readonly now?: () => number;
  /**
   * Whether the time passes by itself, `real`, or only as `clock.advance` says, `manual`: texts then go nowhere until
   * it does. How long an app may take to answer a webhook is real time in both. Default `real`.
   */
  readonly clock?: 'real' | 'manual';
  /** How webhooks find and trust the app's server. Default: as Node.js does. */
  readonly webhooks?: WebhookNetwork;
  /** What the control API asks for. Default: random. */
  readonly controlToken?: string;
}

/** A running stand-in for Twilio. */
export interface Sandbox {
  /** Where it listens: `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly port: number;
  readonly accountSid: string;
  readonly authToken: string;
  /** Its test credentials: magic numbers, and no effect. See https://www.twilio.com/docs/iam/test-credentials. */
  readonly testCredentials: TestCredentials;
  readonly controlToken: string;
  /** Takes a connection that somebody else accepted, as if it had come to its port. */
  accept(connection: Duplex): void;
  /** @throws RelayPhoneError `usage` when `number` is neither a valid phone number nor a short code. */
  phone(number: string): SandboxPhone;
  /** Sends a text from a phone: the same as its `text`. */
  text(text: Omit<SentText, 'mediaUrls'> & Partial<SentText>): Promise<TextOutcome>;
  /** Calls a number of the account from a phone: the same as its `call`. */
  call(call: { readonly from: string; readonly to: string }): PhoneCall;
  /** Every phone that has received something or been in a call, the one to which it happened last first. */
  phones(): readonly PhoneSummary[];
  /**
   * Changes what the networks have against a number, or a whole Messaging Service (`MG…`), from the next text on:
   * an unregistered local number ends texts to the US `undelivered` with 30034, an unverified toll-free one with 30032.
   *
   * @throws RelayPhoneError `usage` when `sender` is neither.
   */
  compliance(sender: string, compliance: Compliance): void;
  /** Makes requests fail. @throws RelayPhoneError `usage` when the rule makes no sense. */
  fail(rule: FaultRule): Fault;
  /** The last thousand REST requests that were answered, oldest first. */
  requests(): readonly RecordedRequest[];
  /**
   * Every time that a phone other than the number's own was shown it: as the sender of a text or inside of one, in any
   * usual spelling, also a broken one. Oldest first; nothing when masking holds.
   *
   * @throws RelayPhoneError `usage` when `number` is no valid phone number.
   */
  whoSaw(number: string): readonly NumberExposure[];
  /** What happened, oldest first: the last ten thousand events. */
  events(filter?: EventFilter): readonly SandboxEvent[];
  /**
   * The first event from now on that `predicate` says yes to. Ask before you do what leads to it.
   *
   * @param options.timeout milliseconds of real time. Default 5000
   * @throws RelayPhoneError `fault` when none comes in time.
   */
  nextEvent(
    predicate: (event: SandboxEvent) => boolean,
    options?: { readonly timeout?: number },
  ): Promise<SandboxEvent>;
  readonly clock: SandboxClock;
  /** Back to an account without anything, with the same credentials and its first balance; no texts, no faults. */
  reset(): void;
  /**
   * The whole world as one text, to be kept in a variable or a file: what the account owns, its balance, every message
   * and text, how phones behave. Not its credentials, faults, requests, events and the time.
   */
  snapshot(): string;
  /**
   * Back to a world of which `snapshot` was taken, by this sandbox or another one. As with `reset` all that is under
   * way ends first, and there are no faults afterwards; texts that were under way in the snapshot go on from there.
   *
   * @throws RelayPhoneError `usage`, and changes nothing, when that is no snapshot or one of another version.
   */
  restore(snapshot: string): void;
  /** Stops answering and frees the port and the database. */
  close(): Promise<void>;
}
