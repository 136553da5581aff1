// The subject of smoke's checks: the test account, the app and the stage of the story.
import type { Agent } from 'node:http';
import { type Check, createCheck } from '../check.js';
import type { TestAccount } from './account/test-account.js';
import type { SmokeStage } from './story/stage.js';

/** The app that is checked. */
export interface AppUnderTest {
  /** Its origin, without a trailing slash. */
  readonly origin: string;
  /** The public base that Twilio would sign for. */
  readonly publicBase: string;
  /** The auth token to sign with; undefined without one. Never sent. */
  readonly signingToken: string | undefined;
  /** Waits until the app answers. @throws RelayPhoneError if it has ended; NoAnswer if it cannot be reached */
  verifyUp(): Promise<void>;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** The agent for the proxy on the way to it. */
  readonly agent: Agent | undefined;
}

/** What the checks of `smoke` look at. */
export interface SmokeSubject {
  readonly account: TestAccount;
  /** Undefined without an app. */
  readonly app: AppUnderTest | undefined;
  /** Opens the stage of the story on the first call; later calls return the same one. */
  openStage(): Promise<SmokeStage>;
}

/** Any check of `smoke`. */
export type AnySmokeCheck = Check<string, SmokeSubject>;

/** The parts of `smoke`: the groups of its checks, each of which can be left out. */
export const PARTS = ['account', 'app', 'sandbox'] as const;

/** See {@link PARTS}. */
export type SmokePart = (typeof PARTS)[number];

/** Types a check of `smoke`. */
export function createSmokeCheck<Id extends string>(
  check: Check<Id, SmokeSubject> & { readonly group: SmokePart },
): Check<Id, SmokeSubject> {
  return createCheck<Id, SmokeSubject>(check);
}
