// Runs checks: each as soon as those it needs are through, all others meanwhile, none longer than its time.
import { RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import { type Check, type FindingKind, type Found, type RepairId, type Severity, sight } from './check.js';
import type { Patient } from './patient.js';

/** What was found, with all that is known of it. */
export interface Finding extends Found {
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
  /** The check that has to be right first. */
  readonly waitsFor: string | undefined;
}

/** How they are run. */
export interface RunOptions {
  /** Milliseconds that one check may take. */
  readonly limit: number;
  /** Is told what still goes on, whenever that changes. */
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
export async function runChecks(
  checks: readonly Check[],
  patient: Patient,
  { limit, onChange = () => undefined }: RunOptions,
): Promise<CheckResult[]> {
  const running = new Set<string>();
  const results = new Map<string, Promise<CheckResult>>();

  async function run(check: Check, needed: readonly Promise<CheckResult>[]): Promise<CheckResult> {
    const blocker = (await Promise.all(needed)).find(({ state }) => state === 'fault' || state === 'skipped');
    if (blocker) return skip(check, blocker);
    running.add(check.id);
    onChange([...running]);
    try {
      return await lookWithin(check, patient, limit);
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

function skip({ id, group }: Check, blocker: CheckResult): CheckResult {
  const waitsFor = blocker.state === 'fault' ? blocker.id : blocker.waitsFor;
  const summary = waitsFor === undefined ? blocker.summary : `waits for ${waitsFor}`;
  return { id, group, state: 'skipped', summary, findings: [], waitsFor };
}

async function lookWithin(check: Check, patient: Patient, limit: number): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unseen(check, `it took longer than ${limit / 1000} s`)), limit);
  });
  try {
    return conclude(check, await Promise.race([check.look(patient), late]));
  } catch (error) {
    const { message, tryNext } = explain(check, error);
    return conclude(check, sight('', [{ id: COULD_NOT_LOOK, what: message.replace(/\.$/, ''), tryNext }]));
  } finally {
    clearTimeout(timer);
  }
}

function conclude(
  check: Check,
  { summary, found, isNothing }: Awaited<ReturnType<Check['look']>>,
): CheckResult {
  const kinds: Readonly<Record<string, FindingKind>> = { ...COMMON_FINDINGS, ...check.findings };
  const findings = found.map((one): Finding => {
    const kind = kinds[one.id];
    if (!kind) throw new Error(`the check ${check.id} does not know its finding ${one.id}`);
    return { ...one, severity: kind.severity, why: kind.why, repair: kind.repair };
  });
  const worst = findings.some(({ severity }) => severity === 'fault') ? 'fault' : 'warning';
  const state = isNothing ? 'skipped' : findings.length === 0 ? 'ok' : worst;
  return { id: check.id, group: check.group, state, summary, findings, waitsFor: undefined };
}

function explain(check: Check, error: unknown): RelayPhoneError {
  if (error instanceof NoAnswer) return unseen(check, error.message);
  if (error instanceof RelayPhoneError) return error;
  throw error;
}

function unseen({ looksAt }: Check, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'network',
    task: `look at ${looksAt}`,
    reason,
    tryNext: ['relay-phone doctor, once more', 'check the network'],
  });
}
