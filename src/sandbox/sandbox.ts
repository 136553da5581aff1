// What a sandbox is to those who create one.
import type { Fault, FaultRule } from './faults.js';
import type { PhoneSummary, SandboxPhone } from './phones/phones.js';
import type { RecordedRequest } from './requests.js';
import type { AccountOptions } from './resources/accounts/store.js';
import type { TestCredentials } from './world.js';

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
  /** A second SID and token that work like Twilio's test credentials. Default: none. */
  readonly testCredentials?: TestCredentials;
  /** The clock, milliseconds since 1970. */
  readonly now?: () => number;
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
  readonly controlToken: string;
  /** @throws RelayPhoneError `usage` when `number` is no valid phone number. */
  phone(number: string): SandboxPhone;
  /** Every phone that has received something, the last to receive first. */
  phones(): readonly PhoneSummary[];
  /** Makes requests fail. @throws RelayPhoneError `usage` when the rule makes no sense. */
  fail(rule: FaultRule): Fault;
  /** The last thousand REST requests that were answered, oldest first. */
  requests(): readonly RecordedRequest[];
  /** Back to an account without anything, with the same credentials and its first balance; no texts, no faults. */
  reset(): void;
  /** Stops answering and frees the port and the database. */
  close(): Promise<void>;
}
