// Checks the .env file: it exists, both of its readers see the same in it, and git keeps it out.

import { isUtf8 } from 'node:buffer';
import { findGitExposure } from '../../../settings/env-file/git.js';
import { readWithDecouple } from '../../../settings/env-file/read.js';
import { REQUIRED_ENV_KEYS } from '../../../setup/steps/env-file.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** Whether it is there and can be read. */
export const envFileCheck = createDoctorCheck({
  id: 'env-file',
  group: 'env file',
  checks: '.env: that it is there and can be read',
  needs: [],
  findings: {
    'env-missing': { severity: 'fault', why: 'The app reads the account and its numbers from it.' },
    'env-unreadable': { severity: 'fault', why: 'What cannot be read here the app cannot read either.' },
  },
  run: ({ envPath, envFile, envFault }) => {
    if (envFile) return pass(envPath);
    return passUnless('', [
      envFault
        ? { id: 'env-unreadable', what: `${envPath}: ${envFault.reason}`, tryNext: envFault.tryNext }
        : {
            id: 'env-missing',
            what: `there is no ${envPath}`,
            tryNext: ['relay-phone init', '--env-file PATH, when it is elsewhere'],
          },
    ]);
  },
});

type ReadersFinding = 'env-not-utf8' | 'env-readers-differ' | 'env-readers-differ-elsewhere';

const READERS_DIFFER = 'Only one of them reads escapes, inline comments, several lines and the word export.';

/** Whether they read the same. */
export const envReadersCheck = createDoctorCheck<ReadersFinding>({
  id: 'env-readers',
  group: 'env file',
  checks: '.env: that dotenv and python-decouple read the same in it',
  needs: ['env-file'],
  findings: {
    'env-not-utf8': { severity: 'fault', why: "Relay's reader, python-decouple, refuses the whole file." },
    'env-readers-differ': { severity: 'fault', why: READERS_DIFFER },
    'env-readers-differ-elsewhere': { severity: 'warning', why: READERS_DIFFER },
  },
  run: ({ envFile, envPath }) => {
    if (!envFile) return nothingToCheck('no env file');
    const { bytes, values } = envFile;
    if (!isUtf8(bytes)) {
      const tryNext = ['save it as UTF-8 in your editor'];
      return passUnless('', [{ id: 'env-not-utf8', what: `${envPath} is not UTF-8`, tryNext }]);
    }
    const differing = listDiffering(values, readWithDecouple(bytes));
    return passUnless('both readers read the same', [
      describeDifference('env-readers-differ', differing.filter(isRelayKey)),
      describeDifference(
        'env-readers-differ-elsewhere',
        differing.filter((key) => !isRelayKey(key)),
      ),
    ]);
  },
});

function listDiffering(dotenv: ReadonlyMap<string, string>, decouple: ReadonlyMap<string, string>): string[] {
  const keys = [...dotenv.keys(), ...decouple.keys()].filter((key) => dotenv.get(key) !== decouple.get(key));
  return [...new Set(keys.map((key) => key.replace(/^export\s+/, '')))];
}

function describeDifference(
  id: ReadersFinding,
  keys: readonly string[],
): CheckFinding<ReadersFinding> | undefined {
  if (keys.length === 0) return undefined;
  return {
    id,
    what: `dotenv and python-decouple read ${keys.join(', ')} differently`,
    tryNext: ['write each as NAME=value on one line, with nothing behind the value'],
  };
}

/** Whether Relay's phone features depend on `key`. */
export function isRelayKey(key: string): boolean {
  return (
    REQUIRED_ENV_KEYS.includes(key) ||
    key.startsWith('TWILIO_') ||
    ['ALLOWED_HOSTS', 'DJANGO_ALLOWED_HOST'].includes(key)
  );
}

const HOLDS_TOKEN = 'It holds the auth token, with which anybody can spend the money of the account.';

/** Whether it is kept out of git. */
export const envGitCheck = createDoctorCheck({
  id: 'env-git',
  group: 'env file',
  checks: '.env: that git keeps its secrets out',
  needs: ['env-file'],
  findings: {
    'env-tracked-by-git': { severity: 'fault', why: HOLDS_TOKEN },
    'env-not-ignored': { severity: 'warning', why: HOLDS_TOKEN },
  },
  run: async ({ envPath }) => {
    switch (await findGitExposure(envPath)) {
      case undefined:
        return pass('git keeps it out');
      case 'tracked':
        return passUnless('', [
          {
            id: 'env-tracked-by-git',
            what: `git tracks ${envPath}`,
            tryNext: [
              `git rm --cached ${envPath}, and add it to .gitignore`,
              'where it was pushed: a new auth token at https://console.twilio.com, "API keys & tokens"',
            ],
          },
        ]);
      case 'would-be-committed': {
        const tryNext = ['add it to .gitignore'];
        return passUnless('', [{ id: 'env-not-ignored', what: `git would commit ${envPath}`, tryNext }]);
      }
    }
  },
});
