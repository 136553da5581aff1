// One side of a run: the sandbox, or Twilio's own service, with two numbers of the account.
import type { TwilioClient } from '../twilio/client.js';
import type { ConformanceApp } from './app.js';
import type { CreatedIn } from './behaviour.js';

/** A number of the account. */
export interface SideNumber {
  readonly phoneNumber: string;
  readonly sid: string;
}

/** What removes again what behaviours create. */
export interface ResourceCleanUp {
  /** Is called before something is created, with a word of its name or text that is in nothing else. @returns its id */
  intend(collection: CreatedIn, tag: string): string;
  /** Is called with the SID of what was created; undefined if Twilio refused. */
  created(id: string, sid: string | undefined): void;
  /** Is called before `from` may opt out of the texts of `to`, and after it has opted in again. */
  optOut(from: string, to: string, state: 'risked' | 'over'): void;
  /** Removes everything that was created since the last call. */
  removeAll(): Promise<void>;
}

/** One side. */
export interface Side {
  readonly kind: 'sandbox' | 'live';
  readonly client: TwilioClient;
  readonly authToken: string;
  /** The two numbers, whose webhooks go to the app while behaviours run. */
  readonly a: SideNumber;
  readonly b: SideNumber;
  readonly app: ConformanceApp;
  readonly cleanUp: ResourceCleanUp;
  /** Is called before texts: Twilio refuses more than 30 between two numbers within 30 s (14107). @param texts how many */
  readonly pace: (texts: number) => Promise<void>;
  /** How long to wait for what must come: a webhook, or a final status. Milliseconds. */
  readonly waitMs: number;
  /** How long to wait at the end for webhooks that must not come, milliseconds. */
  readonly settleMs: number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly newId: () => string;
}

/** Returns the address of a resource of the 2010 API, or of another product for a whole URL. */
export function urlOf({ client }: Pick<Side, 'client'>, path: string): string {
  return path.startsWith('https:')
    ? path
    : `https://api.twilio.com/2010-04-01/Accounts/${client.accountSid}${path}`;
}
