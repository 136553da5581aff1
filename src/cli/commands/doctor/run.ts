// `relay-phone doctor`: checks everything from the files to the app, and says how to fix what is wrong.
import { DOCTOR_CHECKS } from '../../../checks/doctor/checks.js';
import { applyRepairs, hasRepairs, type RepairResult } from '../../../checks/doctor/repairs.js';
import { createDoctorReport, type DoctorReport } from '../../../checks/doctor/report.js';
import { type CheckResult, runChecks } from '../../../checks/run-checks.js';
import { ExitCode } from '../../../errors.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import { type FollowUp, type ProjectLines, showNext } from '../../core/next-lines.js';
import { listStepsAfterDoctor } from '../../core/next-steps.js';
import { findPageLink } from '../../core/page-link.js';
import { type CliPorts, isTty } from '../../core/ports.js';
import { verifyNewFile, writeBundle } from './bundle.js';
import type { DoctorFlags } from './command.js';
import { openDoctorContext } from './context.js';
import { showFailures, showResults } from './show.js';

/** The time for one check, which may send several requests one after the other. */
const CHECK_TIMEOUT_MS = 20_000;

/** The results of one run of all checks. */
interface Examination {
  readonly context: CommandContext;
  readonly target: DoctorReport['target'];
  readonly lines: ProjectLines;
  readonly results: readonly CheckResult[];
}

/** Runs the checks; with `--fix` applies fixes and runs them again. Exit code 6 if there is a fault. */
export async function run(ports: CliPorts, flags: DoctorFlags): Promise<number> {
  const bundlePath = flags.bundle === undefined ? undefined : verifyNewFile(ports, flags.bundle);
  const first = await examine(ports, flags);
  const { screen } = first.context;
  const fixes = flags.fix === true && hasRepairs(first.results);
  if (fixes) showResults(screen, first.results, flags);
  const repaired = fixes ? await applyFixes(ports, flags, first) : [];
  const { context, target, lines, results } = fixes ? await examine(ports, flags) : first;
  if (fixes) screen.line('The checks after the fixes:');
  showResults(screen, results, flags);
  const report = createDoctorReport(target, results, repaired);
  if (bundlePath !== undefined) {
    await writeBundle(context, bundlePath, report);
    screen.line(`Wrote ${bundlePath}. Read it before you attach it to a bug report.`);
  }
  screen.document(report);
  if (results.some(({ state }) => state === 'fault')) return ExitCode.fault;
  if (target === 'sandbox') {
    const steps = listStepsAfterDoctor(lines, context.loaded.values.mainNumber);
    showNext(screen, [...steps, ...lookAtPage(context, lines)]);
  }
  return ExitCode.done;
}

function lookAtPage(context: CommandContext, lines: ProjectLines): FollowUp[] {
  if (findPageLink(context, '') === undefined) return [];
  return [{ why: 'see all that happens in the sandbox, in a browser', line: lines.relayPhone('open') }];
}

/** How often progress is shown without a terminal. */
const PIPE_PROGRESS_MS = 3000;

async function examine(ports: CliPorts, flags: DoctorFlags): Promise<Examination> {
  const { doctorContext, context, lines, close } = await openDoctorContext(ports, flags);
  const progress = context.screen.progress('checking');
  try {
    let updatedAt = ports.now();
    const onChange = (running: readonly string[]) => {
      // In a pipe each update is a line, and there are forty checks.
      if (!isTty(ports.stderr) && ports.now() - updatedAt < PIPE_PROGRESS_MS) return;
      updatedAt = ports.now();
      progress.update(running.length > 0 ? `checking ${running.join(', ')}` : 'checking');
    };
    const results = await runChecks(DOCTOR_CHECKS, doctorContext, {
      command: 'doctor',
      timeoutMs: CHECK_TIMEOUT_MS,
      onProgress: onChange,
    });
    return { context, target: doctorContext.target ?? null, lines, results };
  } finally {
    progress.end();
    await close();
  }
}

/** Takes the lock of `init`, which changes the same files and settings. */
async function applyFixes(
  ports: CliPorts,
  flags: DoctorFlags,
  { context, results }: Examination,
): Promise<RepairResult[]> {
  const { acquireLock } = await import('../../../state/lock.js');
  const lock = await acquireLock(context.state.open(), 'setup', waitForLock(context, 'doctor'));
  try {
    const { doctorContext, close } = await openDoctorContext(ports, flags);
    try {
      context.screen.line('Applying the fixes that are safe and free.');
      const repaired = await applyRepairs(doctorContext, results);
      showFailures(context.screen, repaired);
      return repaired;
    } finally {
      await close();
    }
  } finally {
    lock.release();
  }
}
