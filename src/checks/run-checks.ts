// Runs checks in parallel: each as soon as the checks it needs or waits for have ended, and none for longer than its time limit.
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import { explainMachineFault } from '../machine-fault.js';
import {
  type Check,
  type CheckFinding,
  type CheckOutcome,
  type FindingKind,
  found,
  type RepairId,
  type Severity,
} from './check.js';

/** A finding, with everything that its kind adds. */
export interface Finding extends CheckFinding {
  readonly severity: Severity;
  readonly why: string;
  readonly repair: RepairId | undefined;
}

/** How a check ended. */
export interface CheckResult {
  readonly id: string;
  readonly group: string;
  /** The worst severity of its findings, `ok` without any. */
  readonly state: 'ok' | Severity | 'skipped';
  /** What the check saw; for a skipped one why it was skipped. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** The failed check that has to pass before this one runs; undefined if it was not skipped because of another. */
  readonly waitsFor: string | undefined;
  /** How long it ran; 0 if it was skipped. */
  readonly milliseconds: number;
}

/** How checks are run. */
export interface RunChecksOptions {
  /** The command that runs them, for advice, such as `doctor`. */
  readonly command: string;
  readonly timeoutMs: number;
  /** Whether `timeoutMs` holds for each check or for all of them together. Default `each`. */
  readonly timeoutFor?: 'each' | 'all';
  /** Returns milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Is called with the ids of the running checks whenever they change. */
  readonly onProgress?: (running: readonly string[]) => void;
}

/** The finding of a check that could not tell: it threw an error or took too long. */
export const COULD_NOT_LOOK = 'could-not-look';

/** The findings that every check can have. */
export const COMMON_FINDINGS: Readonly<Record<typeof COULD_NOT_LOOK, FindingKind>> = {
  [COULD_NOT_LOOK]: { severity: 'fault', why: 'As long as it cannot be checked, it may be wrong.' },
};

/**
 * Runs the checks.
 *
 * @returns how each ended, in the order of `checks`
 * @throws what a check throws if that is no RelayPhoneError, no NoAnswer, and no fault of the machine or error of the system:
 *   it is a bug of ours
 */
export async function runChecks<Context>(
  checks: readonly Check<string, Context>[],
  context: Context,
  {
    command,
    timeoutMs,
    timeoutFor = 'each',
    now = () => performance.now(),
    onProgress = () => undefined,
  }: RunChecksOptions,
): Promise<CheckResult[]> {
  const start = now();
  const running = new Set<string>();
  const results = new Map<string, Promise<CheckResult>>();

  async function runAfter(
    needed: readonly Promise<CheckResult>[],
    awaited: readonly Promise<CheckResult>[],
    check: Check<string, Context>,
  ): Promise<CheckResult> {
    await Promise.all(awaited);
    const blocker = (await Promise.all(needed)).find(({ state }) => state === 'fault' || state === 'skipped');
    if (blocker) return skip(check, blocker);
    running.add(check.id);
    onProgress([...running]);
    const begun = now();
    const remainingMs = timeoutFor === 'all' ? Math.max(0, start + timeoutMs - begun) : timeoutMs;
    try {
      const outcome = await runWithin(check, context, { command, timeoutMs, remainingMs });
      return { ...toResult(check, outcome), milliseconds: Math.round(now() - begun) };
    } finally {
      running.delete(check.id);
      onProgress([...running]);
    }
  }

  function resultOf(id: string): Promise<CheckResult> {
    const result = results.get(id);
    if (!result) throw new Error(`the check ${id} must come before the checks that need it`);
    return result;
  }

  for (const check of checks) {
    const awaited = (check.after ?? []).flatMap((id) => results.get(id) ?? []);
    results.set(check.id, runAfter(check.needs.map(resultOf), awaited, check));
  }
  return Promise.all(results.values());
}

/** Returns how many checks ended in each state. */
export function countStates(results: readonly CheckResult[]): Record<CheckResult['state'], number> {
  const counts = { ok: 0, warning: 0, fault: 0, skipped: 0 };
  for (const result of results) counts[result.state] += 1;
  return counts;
}

/** A check without its `run`, which depends on the context. */
type CheckDescription = Omit<Check<string, unknown>, 'run'>;

function skip({ id, group }: CheckDescription, blocker: CheckResult): CheckResult {
  const waitsFor = blocker.state === 'fault' ? blocker.id : blocker.waitsFor;
  const summary = waitsFor === undefined ? blocker.summary : `waits for ${waitsFor}`;
  return { id, group, state: 'skipped', summary, findings: [], notes: [], waitsFor, milliseconds: 0 };
}

interface TimeLimit extends Pick<RunChecksOptions, 'command' | 'timeoutMs'> {
  /** What is left of `timeoutMs`. */
  readonly remainingMs: number;
}

/** Runs one check; errors that are not bugs of ours become the finding `could-not-look`. */
async function runWithin<Context>(
  check: Check<string, Context>,
  context: Context,
  { command, timeoutMs, remainingMs }: TimeLimit,
): Promise<CheckOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    const giveUp = () => reject(couldNotCheck(check, command, `it took longer than ${timeoutMs / 1000} s`));
    timer = setTimeout(giveUp, remainingMs);
  });
  try {
    return await Promise.race([check.run(context), timedOut]);
  } catch (error) {
    const { message, tryNext } = explainError(check, command, error);
    return found({ id: COULD_NOT_LOOK, what: message.replace(/\.$/, ''), tryNext });
  } finally {
    clearTimeout(timer);
  }
}

function explainError(check: CheckDescription, command: string, error: unknown): RelayPhoneError {
  if (error instanceof NoAnswer)
    return couldNotCheck(check, command, error.message, error.proxyFailure?.tryNext);
  const known = error instanceof RelayPhoneError ? error : explainMachineFault(error);
  if (known) return known;
  if (isSystemError(error)) return couldNotCheck(check, command, error.message);
  throw error;
}

/** True if the system refused something, such as to read a file; Node.js's own codes are bugs of ours. */
function isSystemError(error: unknown): error is Error {
  return /^E[A-Z0-9]+$/.test(findSystemCode(error) ?? '') && error instanceof Error && 'syscall' in error;
}

function couldNotCheck(
  { expects }: CheckDescription,
  command: string,
  reason: string,
  tryNext: readonly string[] = ['check the network'],
): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'network',
    task: `check that ${expects}`,
    reason,
    tryNext: [`run relay-phone ${command} again`, ...tryNext],
  });
}

/** Adds what the check's description says about its findings. */
function toResult(
  check: CheckDescription,
  { summary, findings, notes = [], isSkipped }: CheckOutcome,
): Omit<CheckResult, 'milliseconds'> {
  const kinds: Readonly<Record<string, FindingKind>> = { ...COMMON_FINDINGS, ...check.findings };
  const complete = findings.map((finding): Finding => {
    const kind = kinds[finding.id];
    if (!kind) throw new Error(`the check ${check.id} does not list its finding ${finding.id}`);
    return { ...finding, severity: kind.severity, why: kind.why, repair: kind.repair };
  });
  const worst = complete.some(({ severity }) => severity === 'fault') ? 'fault' : 'warning';
  const state = isSkipped ? 'skipped' : complete.length === 0 ? 'ok' : worst;
  return { id: check.id, group: check.group, state, summary, findings: complete, notes, waitsFor: undefined };
}
