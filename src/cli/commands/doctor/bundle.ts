// Writes the file of `doctor --bundle`: what a bug report needs, without secrets, bodies and full phone numbers.
import { closeSync, existsSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { resolve } from 'node:path';
import type { DoctorReport } from '../../../checks/doctor/report.js';
import { formatSafeJson } from '../../../control-characters.js';
import { RelayPhoneError } from '../../../errors.js';
import type { ExchangeSummary } from '../../../exchanges/exchange.js';
import { explainMachineFault, namePath } from '../../../machine-fault.js';
import { SECRET_SETTINGS, type SettingName } from '../../../settings/schema.js';
import { JOURNAL, readJournal } from '../../../setup/journal.js';
import { version } from '../../../version.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { withExchanges } from '../requests/exchanges.js';
import { createBundleRedactor } from './bundle-redactor.js';
import type { DoctorBundle } from './bundle-report.js';

/** How many recorded requests of each table are in it, and how many changes. */
const [MAX_REQUESTS, MAX_CHANGES] = [20, 50] as const;

/** Returns the path of the file. @throws RelayPhoneError `needsUser` if something is there already */
export function verifyNewFile({ cwd }: Pick<CliPorts, 'cwd'>, file: string): string {
  const path = resolve(cwd, file);
  if (existsSync(path)) throw existsAlready(path);
  return path;
}

/**
 * Writes the file (0600).
 *
 * @throws RelayPhoneError `needsUser` if it exists or cannot be written.
 */
export async function writeBundle(
  context: CommandContext,
  path: string,
  doctor: DoctorReport,
): Promise<void> {
  const { environment } = context.ports;
  const { values } = context.loaded;
  const redact = createBundleRedactor({
    variables: [...Object.entries(environment), ...(context.envFile?.values ?? [])],
    secrets: [...SECRET_SETTINGS].map((name) => values[name]?.toString()),
    home: environment.HOME ?? environment.USERPROFILE,
  });
  const bundle = redact(await collect(context, doctor));
  writeNewFile(path, `${formatSafeJson(bundle, 2)}\n`);
}

async function collect(context: CommandContext, doctor: DoctorReport): Promise<DoctorBundle> {
  return {
    bundle: 1,
    at: new Date(context.ports.now()).toISOString(),
    versions: { relayPhone: version, node: process.version },
    platform: { system: process.platform, release: release(), architecture: process.arch },
    doctor,
    settings: listSettings(context),
    changes: listChanges(context),
    requests: await listRequests(context),
  };
}

function listSettings({ loaded: { values, sources } }: CommandContext): DoctorBundle['settings'] {
  const names = Object.keys(sources) as SettingName[];
  return Object.fromEntries(
    names.map((name) => {
      const value = SECRET_SETTINGS.has(name) ? '(hidden)' : String(values[name]);
      return [name, { source: String(sources[name]), value }];
    }),
  );
}

/** A journal that cannot be read is a finding of doctor. */
function listChanges({ state }: CommandContext): DoctorBundle['changes'] {
  try {
    const folder = state.find();
    if (!folder) return [];
    const newest = readJournal(folder.file(JOURNAL)).changes.slice(-MAX_CHANGES);
    return newest.map(({ at, target, state, data: { kind } }) => ({ at, target, kind, state }));
  } catch (error) {
    if (error instanceof RelayPhoneError) return [];
    throw error;
  }
}

async function listRequests(context: CommandContext): Promise<DoctorBundle['requests']> {
  try {
    const found = await withExchanges(context, 'doctor', async (exchanges) => [
      ...(await exchanges.list({ limit: MAX_REQUESTS })),
      ...(await exchanges.list({ limit: MAX_REQUESTS, refused: true })),
    ]);
    return { heads: (found ?? []).map(formatHead), error: null };
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    return { heads: [], error: error.message };
  }
}

function formatHead(summary: ExchangeSummary): DoctorBundle['requests']['heads'][number] {
  const { id, at, kind, attempt, method, target, from, to, status, duration, verdict, error, refusal } =
    summary;
  const [path = '', query = ''] = target.split('?', 2);
  return {
    id,
    at: new Date(at).toISOString(),
    kind,
    attempt,
    method,
    path,
    queryNames: [...new URLSearchParams(query).keys()],
    from,
    to,
    status,
    durationMs: duration,
    verdict: [verdict.result, ...verdict.reasons].join(', '),
    error,
    refusal,
    findings: (summary.findings ?? []).map((finding) => finding.id),
  };
}

function writeNewFile(path: string, text: string): void {
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw explainWriteFault(path, error);
  }
}

function explainWriteFault(path: string, error: unknown): unknown {
  if (existsSync(path) && (error as NodeJS.ErrnoException).code === 'EEXIST') return existsAlready(path);
  const explained = explainMachineFault(namePath(error, path));
  if (!explained) return error;
  const { reason, tryNext } = explained;
  return new RelayPhoneError({ kind: 'needsUser', task: `write ${path}`, reason, tryNext, cause: error });
}

function existsAlready(path: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `write ${path}`,
    reason: 'it exists already, and doctor --bundle never overwrites a file',
    tryNext: ['relay-phone doctor --bundle FILE, with the name of a new file'],
  });
}
