// Measures smoke's checks of the test account against their slowest single request, with 100 ms added to each answer.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { start } from './child.js';
import { median, reportAtMost } from './figures.js';

const CLI = resolve(import.meta.dirname, '../bin/relay-phone.js');
const ROUNDS = 11;
const DELAY = 100;
const [SID, TOKEN] = [`AC${'2b'.repeat(16)}`, 'fedcba9876543210fedcba9876543210'];
/** The first one, behind which all others begin. */
const FIRST = 'test-credentials';

/** Prints what is behind the sign-in, and all of it: the sign-in comes first, so that live credentials cost nothing. */
export async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'relay-phone-bench-'));
  const certificate = join(folder, 'edge.pem');
  const edge = await start('slow-twilio', certificate, String(DELAY), SID, TOKEN);
  const env = {
    ...process.env,
    HTTPS_PROXY: edge.first.proxy,
    NODE_EXTRA_CA_CERTS: certificate,
    TWILIO_TEST_ACCOUNT_SID: SID,
    TWILIO_TEST_AUTH_TOKEN: TOKEN,
  };
  try {
    const rounds = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const figures = await look(folder, env);
      if (round >= 0) rounds.push(figures);
    }
    const of = (name) => median(rounds.map((round) => round[name]));
    const details = `medians of ${ROUNDS}: ${of('behind')} ms, slowest ${of('slowest')} ms, ${rounds[0].count} requests`;
    reportAtMost('smoke, behind the sign-in', of('behind') / of('slowest'), 1.2, 'x', details);
    const whole = `${of('all')} ms with the sign-in's ${of('signIn')} ms`;
    reportAtMost('smoke, the whole test account', of('all') / of('slowest'), 1.2, 'x', whole);
  } finally {
    await edge.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One run, as its report has it, in milliseconds. */
async function look(cwd, env) {
  const args = [CLI, 'smoke', '--test-account', '--skip', 'clock', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
  const { checks, milliseconds: all } = JSON.parse(stdout);
  const signIn = checks.find(({ id }) => id === FIRST).milliseconds;
  const slowest = Math.max(...checks.map(({ milliseconds }) => milliseconds));
  return { all, signIn, slowest, behind: all - signIn, count: checks.length };
}
