// `relay-phone ci`: writes a pipeline that runs the checks, for one CI system.
import { join } from 'node:path';
import {
  checkExistingFile,
  type ExistingFile,
  findRepositoryRoot,
  formatPipeline,
  listNewLines,
  writePipeline,
} from '../../../ci/pipeline.js';
import type { CiReport } from '../../../ci/report.js';
import { type CiSystem, getCiSystem } from '../../../ci/systems.js';
import { ExitCode } from '../../../errors.js';
import { version } from '../../../version.js';
import type { CliPorts } from '../../core/ports.js';
import { findPrompts, verifyConfirmed } from '../../core/prompts.js';
import { createScreen, printText, type Screen } from '../../core/screen.js';
import type { CiFlags } from './command.js';

/** One pipeline and its file. */
interface Pipeline {
  readonly system: CiSystem;
  readonly path: string;
  readonly content: string;
}

/** Writes the file. It asks before it replaces a file of an older relay-phone. */
export async function run(ports: CliPorts, flags: CiFlags): Promise<number> {
  const system = getCiSystem(flags.system);
  const { appCommand, appSetup } = flags;
  const content = formatPipeline(system, { version, appCommand, appSetup });
  const path = join(findRepositoryRoot(ports.cwd), ...system.path.split('/'));
  const pipeline = { system, path, content };
  if (flags.stdout) return showContent(ports, flags, pipeline);
  const screen = createScreen(ports, flags);
  return conclude(screen, pipeline, await write(ports, flags, screen, pipeline));
}

async function write(
  ports: CliPorts,
  flags: CiFlags,
  screen: Screen,
  { system, path, content }: Pipeline,
): Promise<CiReport['outcome']> {
  const found = checkExistingFile(path, content, system);
  if (found.kind === 'same') {
    screen.done(`${path} is up to date`);
    return 'kept';
  }
  screen.planned(describePlan(found, path, content));
  if (flags.dryRun) return 'planned';
  if (found.kind === 'ours' && !flags.yes) {
    const { name } = system;
    await verifyConfirmed(findPrompts(ports), 'Replace it?', {
      task: 'replace the file',
      tryNext: [`relay-phone ci ${name} --yes, with the same options`, `relay-phone ci ${name} --dry-run`],
    });
  }
  writePipeline(path, content, found);
  screen.done(`wrote ${path}`);
  return found.kind === 'ours' ? 'replaced' : 'written';
}

function describePlan(found: ExistingFile, path: string, content: string): string[] {
  if (found.kind !== 'ours') return [`create ${path}`];
  return [
    `replace ${path}, written by ${found.by}`,
    ...listNewLines(found.text, content).map((line) => `- ${line}`),
    ...listNewLines(content, found.text).map((line) => `+ ${line}`),
  ];
}

function conclude(screen: Screen, { system, path, content }: Pipeline, outcome: CiReport['outcome']): number {
  const next = [...system.next, `delete ${system.path} if you no longer want it: relay-phone undo does not`];
  if (outcome !== 'planned' && outcome !== 'kept') {
    screen.line(`Next, for ${system.title}:`);
    for (const one of next) screen.line(`  ${one}`);
  }
  const report: CiReport = { command: 'ci', system: system.name, path, outcome, content, next };
  screen.document(report);
  return ExitCode.done;
}

/** Prints the file on stdout and everything for people on stderr. */
function showContent(ports: CliPorts, flags: CiFlags, pipeline: Pipeline): number {
  if (!flags.json) printText(ports.stdout, pipeline.content);
  const screen = createScreen(flags.json ? ports : { ...ports, stdout: ports.stderr }, flags);
  screen.line(`Save it as ${pipeline.system.path}.`);
  return conclude(screen, pipeline, 'shown');
}
