// A check as data: what it checks, which checks it needs, and everything it can find.
import type { DoctorContext } from './doctor/doctor-context.js';

/** A `fault` is wrong now; a `warning` may be intended, or is over. */
export type Severity = 'warning' | 'fault';

/** A repair that `--fix` applies without asking; see `repairs.ts`. */
export type RepairId = 'state-folder' | 'env-hosts' | 'twiml-app' | 'setup';

/** What every finding of a kind has in common. */
export interface FindingKind {
  readonly severity: Severity;
  /** Why it matters, as a sentence. */
  readonly why: string;
  /** The repair, if it is safe. */
  readonly repair?: RepairId;
}

/** Something that is wrong. */
export interface CheckFinding<Id extends string = string> {
  readonly id: Id;
  /** What is wrong, as a clause without its full stop; never contains a secret. */
  readonly what: string;
  /** What fixes it, most promising first. */
  readonly tryNext: readonly string[];
}

/** The outcome of a check. */
export interface CheckOutcome<Id extends string = string> {
  /** What was seen, or why there was nothing to check, in a few words. */
  readonly summary: string;
  readonly found: readonly CheckFinding<Id>[];
  /** Further notes for people, such as that a request was retried. */
  readonly notes?: readonly string[];
  /** True if there was nothing to check. */
  readonly isNothing?: boolean;
}

/** One check of a `Subject`. */
export interface Check<Id extends string = string, Subject = DoctorContext> {
  readonly id: string;
  readonly group: string;
  /** What it checks, for people. */
  readonly looksAt: string;
  /** The checks it needs; it is skipped if one of them has a fault. They come before it. */
  readonly needs: readonly string[];
  /** Everything it can find. */
  readonly findings: Readonly<Record<Id, FindingKind>>;
  /**
   * Runs the check; changes nothing.
   *
   * @throws RelayPhoneError or NoAnswer if it could not look, which is a finding of its own
   */
  look(subject: Subject): Promise<CheckOutcome<Id>> | CheckOutcome<Id>;
}

/** Types a check, so that it can find only what it names. */
export function createCheck<Id extends string, Subject = DoctorContext>(
  check: Check<Id, Subject>,
): Check<Id, Subject> {
  return check;
}

/** Returns an outcome without findings. */
export function pass(summary: string): CheckOutcome<never> {
  return { summary, found: [] };
}

/** Returns the outcome of a check that has nothing to check. */
export function nothingToCheck(summary: string): CheckOutcome<never> {
  return { summary, found: [], isNothing: true };
}

/** Returns an outcome with the findings that are not undefined. */
export function toOutcome<Id extends string>(
  summary: string,
  found: readonly (CheckFinding<Id> | undefined)[],
  notes: readonly string[] = [],
): CheckOutcome<Id> {
  return { summary, found: found.filter((one) => one !== undefined), notes };
}
