// `relay-phone doctor`: looks at everything the way a colleague would, and says what mends what is wrong.
import { CHECKS } from '../../../checks/doctor/checks.js';
import { isRepairable, type Repaired, repairAll } from '../../../checks/doctor/repairs.js';
import { createDoctorReport, type DoctorReport } from '../../../checks/doctor/report.js';
import { type CheckResult, runChecks } from '../../../checks/run-checks.js';
import { ExitCode } from '../../../errors.js';
import { openStateFolder } from '../../../state/folder.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { DoctorFlags } from './command.js';
import { openDoctorContext } from './context.js';
import { showFailures, showResults } from './show.js';

/** Milliseconds for one check: several answers, one after the other. */
const LIMIT = 20_000;

/** What one look gave. */
interface Examination {
  readonly context: CommandContext;
  readonly target: DoctorReport['target'];
  readonly results: readonly CheckResult[];
}

/** Looks, with `--fix` mends and looks again; exit 6 when something is wrong. */
export async function run(ports: CliPorts, flags: DoctorFlags): Promise<number> {
  const first = await examine(ports, flags);
  const { screen } = first.context;
  const mends = flags.fix === true && isRepairable(first.results);
  if (mends) showResults(screen, first.results);
  const repaired = mends ? await mend(ports, flags, first) : [];
  const { target, results } = mends ? await examine(ports, flags) : first;
  if (mends) screen.line('Looked again:');
  showResults(screen, results);
  screen.document(createDoctorReport(target, results, repaired));
  return results.some(({ state }) => state === 'fault') ? ExitCode.fault : ExitCode.done;
}

async function examine(ports: CliPorts, flags: DoctorFlags): Promise<Examination> {
  const { patient, context, close } = await openDoctorContext(ports, flags);
  const progress = context.screen.progress('looking');
  try {
    const onChange = (running: readonly string[]) =>
      progress.update(running.length > 0 ? `looking at ${running.join(', ')}` : 'looking');
    const results = await runChecks(CHECKS, patient, { command: 'doctor', limit: LIMIT, onChange });
    return { context, target: patient.target ?? null, results };
  } finally {
    progress.end();
    await close();
  }
}

/** Under the lock of `init`, which changes the same. */
async function mend(
  ports: CliPorts,
  flags: DoctorFlags,
  { context, results }: Examination,
): Promise<Repaired[]> {
  const { acquireLock } = await import('../../../state/lock.js');
  const lock = await acquireLock(openStateFolder(context.statePath), 'setup', waitForLock(context, 'doctor'));
  try {
    const { patient, close } = await openDoctorContext(ports, flags);
    try {
      context.screen.line('Mending what may be mended.');
      const repaired = await repairAll(patient, results);
      showFailures(context.screen, repaired);
      return repaired;
    } finally {
      await close();
    }
  } finally {
    lock.release();
  }
}
