// Everything that the checks of `smoke` look at, and the ports through which they see it.
import { type Check, createCheck } from '../check.js';
import type { TestAccount } from './account/test-account.js';
import type { AppUnderTest } from './app/app-under-test.js';
import type { SmokeStage } from './story/stage.js';

/** See the head of this file. */
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
