// The subject of smoke's checks: the test account, the app and the stage of the story.
import type { Agent } from 'node:http';
import { type Check, createCheck } from '../check.js';
import type { TestAccount } from './account/test-account.js';
import type { SmokeStage } from './story/stage.js';

/** The app that is checked. */
export interface AppUnderTest {
  /** Where it is, without a slash at its end. */
  readonly origin: string;
  /** What it takes for its own address: what Twilio would sign. */
  readonly publicBase: string;
  /** Signed with, and never sent; undefined when there is none. */
  readonly signingToken: string | undefined;
  /** Waits for one that was started. @throws RelayPhoneError when it ended; NoAnswer when nobody is there */
  verifyUp(): Promise<void>;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Of the proxy on the way to it. */
  readonly agent: Agent | undefined;
}

/** What the checks of `smoke` look at. */
export interface SmokeSubject {
  readonly account: TestAccount;
  /** Undefined when none was named. */
  readonly app: AppUnderTest | undefined;
  /** Sets the stage of the story, the first time it is asked. */
  openStage(): Promise<SmokeStage>;
}

/** A check of `smoke`, whatever it finds. */
export type AnySmokeCheck = Check<string, SmokeSubject>;

/** The parts of `smoke`, each of which can be left out; they are the groups of its checks. */
export const PARTS = ['account', 'app', 'sandbox'] as const;

/** See {@link PARTS}. */
export type SmokePart = (typeof PARTS)[number];

/** Makes a check of `smoke`. */
export function createSmokeCheck<Id extends string>(
  check: Check<Id, SmokeSubject> & { readonly group: SmokePart },
): Check<Id, SmokeSubject> {
  return createCheck<Id, SmokeSubject>(check);
}
