// The context of smoke's checks: the test account, the app and the stage of the story.

import type { Agent } from 'node:http';
import type { Check } from '../check.js';
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
  waitUntilUp(): Promise<void>;
  /** Milliseconds for one answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The agent for the proxy on the way to it. */
  readonly agent: Agent | undefined;
}

/** What the checks of `smoke` look at. */
export interface SmokeContext {
  readonly account: TestAccount;
  /** Undefined without an app. */
  readonly app: AppUnderTest | undefined;
  /** Opens the stage of the story on the first call; later calls return the same one. */
  openStage(): Promise<SmokeStage>;
}

/** Any check of `smoke`. */
export type AnySmokeCheck = Check<string, SmokeContext>;

/** The parts of `smoke`: the groups of its checks, each of which can be left out. */
export const SMOKE_PARTS = ['account', 'app', 'sandbox'] as const;

/** See {@link SMOKE_PARTS}. */
export type SmokePart = (typeof SMOKE_PARTS)[number];

/** Types a check of `smoke`. */
export function createSmokeCheck<Id extends string>(
  check: Check<Id, SmokeContext> & { readonly group: SmokePart },
): Check<Id, SmokeContext> {
  return check;
}
