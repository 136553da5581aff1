// Runs checks in parallel: each as soon as the checks it needs have ended, and none longer than its timeout.
import { RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import {
  type Check,
  type CheckFinding,
  type CheckOutcome,
  type FindingKind,
  type RepairId,
  type Severity,
  toOutcome,
} from './check.js';

/** What was found, with all that is known of it. */
export interface Finding extends CheckFinding {
  readonly severity: Severity;
  readonly why: string;
  readonly repair: RepairId | undefined;
}

/** How a check ended. */
export interface CheckResult {
  readonly id: string;
  readonly group: string;
  readonly state: 'ok' | Severity | 'skipped';
  /** What is there; for a skipped one why it was skipped. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** The check that has to be right first. */
  readonly waitsFor: string | undefined;
  /** How long it looked; 0 for one that was skipped. */
  readonly milliseconds: number;
}

/** How they are run. */
export interface RunChecksOptions {
  /** For advice, such as `doctor`. */
  readonly command: string;
  /** Milliseconds that one check may take. */
  readonly limit: number;
  /** Whether `limit` is for all of them together. Default false. */
  readonly isForAll?: boolean;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now?: () => number;
  /** Is called with the running checks whenever they change. */
  readonly onChange?: (running: readonly string[]) => void;
}

/** What any check can find. */
export const COULD_NOT_LOOK = 'could-not-look';

/** See {@link COULD_NOT_LOOK}. */
export const COMMON_FINDINGS: Readonly<Record<typeof COULD_NOT_LOOK, FindingKind>> = {
  [COULD_NOT_LOOK]: { severity: 'fault', why: 'What cannot be seen may be wrong.' },
};

/**
 * Runs them all.
 *
 * @returns how each ended, in the order of `checks`
 * @throws whatever a check throws that is neither RelayPhoneError nor NoAnswer: a bug of ours
 */
export async function runChecks<Subject>(
  checks: readonly Check<string, Subject>[],
  subject: Subject,
  {
    command,
    limit,
    isForAll = false,
    now = () => performance.now(),
    onChange = () => undefined,
  }: RunChecksOptions,
): Promise<CheckResult[]> {
  const start = now();
  const running = new Set<string>();
  const results = new Map<string, Promise<CheckResult>>();

  async function run(
    check: Check<string, Subject>,
    needed: readonly Promise<CheckResult>[],
  ): Promise<CheckResult> {
    const blocker = (await Promise.all(needed)).find(({ state }) => state === 'fault' || state === 'skipped');
    if (blocker) return skip(check, blocker);
    running.add(check.id);
    onChange([...running]);
    const begun = now();
    const left = isForAll ? Math.max(0, start + limit - begun) : limit;
    try {
      const outcome = await lookWithin(check, subject, { command, limit, left });
      return { ...outcome, milliseconds: Math.round(now() - begun) };
    } finally {
      running.delete(check.id);
      onChange([...running]);
    }
  }

  for (const check of checks) results.set(check.id, run(check, check.needs.map(resultOf)));
  return Promise.all(results.values());

  function resultOf(id: string): Promise<CheckResult> {
    const result = results.get(id);
    if (!result) throw new Error(`the check ${id} has to stand before those that need it`);
    return result;
  }
}

/** How many ended in each way. */
export function countStates(results: readonly CheckResult[]): Record<CheckResult['state'], number> {
  const counts = { ok: 0, warning: 0, fault: 0, skipped: 0 };
  for (const result of results) counts[result.state] += 1;
  return counts;
}

/** What of a check does not depend on whom it looks at. */
type Described = Omit<Check, 'look'>;

type Outcome = Omit<CheckResult, 'milliseconds'>;

function skip({ id, group }: Described, blocker: CheckResult): CheckResult {
  const waitsFor = blocker.state === 'fault' ? blocker.id : blocker.waitsFor;
  const summary = waitsFor === undefined ? blocker.summary : `waits for ${waitsFor}`;
  return { id, group, state: 'skipped', summary, findings: [], notes: [], waitsFor, milliseconds: 0 };
}

interface Time extends Pick<RunChecksOptions, 'command' | 'limit'> {
  /** Milliseconds that are left of the limit. */
  readonly left: number;
}

async function lookWithin<Subject>(
  check: Check<string, Subject>,
  subject: Subject,
  { command, limit, left }: Time,
): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const tooLong = () => reject(unseen(check, command, `it took longer than ${limit / 1000} s`));
    timer = setTimeout(tooLong, left);
  });
  try {
    return conclude(check, await Promise.race([check.look(subject), late]));
  } catch (error) {
    const { message, tryNext } = explain(check, command, error);
    return conclude(
      check,
      toOutcome('', [{ id: COULD_NOT_LOOK, what: message.replace(/\.$/, ''), tryNext }]),
    );
  } finally {
    clearTimeout(timer);
  }
}

function conclude(check: Described, { summary, found, notes = [], isNothing }: CheckOutcome): Outcome {
  const kinds: Readonly<Record<string, FindingKind>> = { ...COMMON_FINDINGS, ...check.findings };
  const findings = found.map((one): Finding => {
    const kind = kinds[one.id];
    if (!kind) throw new Error(`the check ${check.id} does not know its finding ${one.id}`);
    return { ...one, severity: kind.severity, why: kind.why, repair: kind.repair };
  });
  const worst = findings.some(({ severity }) => severity === 'fault') ? 'fault' : 'warning';
  const state = isNothing ? 'skipped' : findings.length === 0 ? 'ok' : worst;
  return { id: check.id, group: check.group, state, summary, findings, notes, waitsFor: undefined };
}

function explain(check: Described, command: string, error: unknown): RelayPhoneError {
  if (error instanceof NoAnswer) return unseen(check, command, error.message);
  if (error instanceof RelayPhoneError) return error;
  throw error;
}

function unseen({ looksAt }: Described, command: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'network',
    task: `look at ${looksAt}`,
    reason,
    tryNext: [`relay-phone ${command}, once more`, 'check the network'],
  });
}
