// The form of a check: what it checks, which checks it needs, what it can find, and how it ends.

/** A `fault` is wrong now; a `warning` may be intended, or over. */
export type Severity = 'warning' | 'fault';

/** A repair that `doctor --fix` applies without asking; `doctor/repairs.ts` applies them. */
export type RepairId = 'state-folder' | 'env-hosts' | 'twiml-app' | 'setup';

/** What all findings with the same id have in common. */
export interface FindingKind {
  readonly severity: Severity;
  /** Why it matters, as a sentence. */
  readonly why: string;
  /** The repair that fixes it. Undefined if no repair is safe and free. */
  readonly repair?: RepairId;
}

/** A finding as a check reports it. */
export interface CheckFinding<Id extends string = string> {
  readonly id: Id;
  /** What is wrong, as a clause without a full stop; never contains a secret. */
  readonly what: string;
  /** What to run or do about it, most promising first. */
  readonly tryNext: readonly string[];
}

/** How a check ended, as the check reports it. */
export interface CheckOutcome<Id extends string = string> {
  /** What the check saw, or why it had nothing to check, in a few words. */
  readonly summary: string;
  /** Empty if the check passed. */
  readonly findings: readonly CheckFinding<Id>[];
  /** Remarks for people, such as that a request was repeated. Default none. */
  readonly notes?: readonly string[];
  /** True if there was nothing to check. */
  readonly isSkipped?: boolean;
}

/** A check of whatever `Context` gives it: `DoctorContext` for doctor, `SmokeContext` for smoke. */
export interface Check<Id extends string, Context> {
  /** Part of the contract with scripts, like the ids of findings. */
  readonly id: string;
  /** The heading that people see it under. */
  readonly group: string;
  /** What must be true, as a clause without a full stop: completes the sentence "Checks that …". */
  readonly expects: string;
  /** The checks that must not fail or be skipped, else this one is skipped. They come before it in the list. */
  readonly needs: readonly string[];
  /** The checks that come before it in the list and must have ended, however they did, if they run at all. Default none. */
  readonly after?: readonly string[];
  /** Everything it can find, by id. */
  readonly findings: Readonly<Record<Id, FindingKind>>;
  /**
   * Runs the check. Changes nothing.
   *
   * @throws RelayPhoneError, NoAnswer or an error of the system if it cannot tell; the runner reports that as `could-not-look`
   */
  run(context: Context): Promise<CheckOutcome<Id>> | CheckOutcome<Id>;
}

/** Returns the outcome of a check that passed. */
export function pass(summary: string): CheckOutcome<never> {
  return { summary, findings: [] };
}

/** Returns the outcome of a check that has nothing to check, and why. */
export function nothingToCheck(reason: string): CheckOutcome<never> {
  return { summary: reason, findings: [], isSkipped: true };
}

/** Returns the outcome of a check with one finding. */
export function found<Id extends string>(finding: CheckFinding<Id>): CheckOutcome<Id> {
  return { summary: '', findings: [finding] };
}

/** Returns the outcome of a check that passes unless one of `findings` is defined. */
export function passUnless<Id extends string>(
  summary: string,
  findings: readonly (CheckFinding<Id> | undefined)[],
  notes: readonly string[] = [],
): CheckOutcome<Id> {
  return { summary, findings: findings.filter((one) => one !== undefined), notes };
}
