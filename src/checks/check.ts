// What a check is, as data: what it looks at, which checks come first, and everything it can find.
import type { DoctorContext } from './doctor/doctor-context.js';

/** A `fault` is wrong now; a `warning` may be meant so, or has passed. */
export type Severity = 'warning' | 'fault';

/** What is done by `--fix` without asking; see `repairs.ts`. */
export type RepairId = 'state-folder' | 'env-hosts' | 'twiml-app' | 'setup';

/** What is known of a finding before it is found. */
export interface FindingKind {
  readonly severity: Severity;
  /** Why it matters, as a sentence. */
  readonly why: string;
  /** Set where mending it is safe. */
  readonly repair?: RepairId;
}

/** Something that is not as it should be. */
export interface CheckFinding<Id extends string = string> {
  readonly id: Id;
  /** What it is, as a clause without its full stop; never with a secret in it. */
  readonly what: string;
  /** What mends it, most promising first. */
  readonly tryNext: readonly string[];
}

/** What a check saw. */
export interface CheckResultData<Id extends string = string> {
  /** What is there, or why there was nothing to look at, in a few words. */
  readonly summary: string;
  readonly found: readonly CheckFinding<Id>[];
  /** What people should know besides, such as that something was asked again. */
  readonly notes?: readonly string[];
  /** Set when there was nothing to look at. */
  readonly isNothing?: boolean;
}

/** One check of a `Subject`: what it looks at, and through. */
export interface Check<Id extends string = string, Subject = DoctorContext> {
  readonly id: string;
  readonly group: string;
  /** What it looks at, for people. */
  readonly looksAt: string;
  /** The checks without which it makes no sense: where one has a fault, it is skipped. They stand before it. */
  readonly needs: readonly string[];
  /** Everything it can find. */
  readonly findings: Readonly<Record<Id, FindingKind>>;
  /**
   * Looks, and changes nothing.
   *
   * @throws RelayPhoneError or NoAnswer when it cannot be seen, which is a finding of its own
   */
  look(subject: Subject): Promise<CheckResultData<Id>> | CheckResultData<Id>;
}

/** Makes a check whose findings are held to those it names. */
export function createCheck<Id extends string, Subject = DoctorContext>(
  check: Check<Id, Subject>,
): Check<Id, Subject> {
  return check;
}

/** All is as it should be. */
export function pass(summary: string): CheckResultData<never> {
  return { summary, found: [] };
}

/** There is nothing to look at, and why. */
export function nothing(summary: string): CheckResultData<never> {
  return { summary, found: [], isNothing: true };
}

/** What was found, when anything was; else all is well. */
export function toResult<Id extends string>(
  summary: string,
  found: readonly (CheckFinding<Id> | undefined)[],
  notes: readonly string[] = [],
): CheckResultData<Id> {
  return { summary, found: found.filter((one) => one !== undefined), notes };
}
