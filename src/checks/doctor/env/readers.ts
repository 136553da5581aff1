// Checks that both readers of .env see the same: dotenv (Node tools) and python-decouple (Firefox Relay).
import { isUtf8 } from 'node:buffer';
import { readWithDecouple } from '../../../settings/env-file/read.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';
import { isRelayKey } from './relay-keys.js';

type Id = 'env-not-utf8' | 'env-readers-differ' | 'env-readers-differ-elsewhere';

const WHY = 'Only one of them reads escapes, inline comments, several lines and the word export.';

/** Whether they read the same. */
export const envReadersCheck = createDoctorCheck<Id>({
  id: 'env-readers',
  group: 'env file',
  checks: '.env: that dotenv and python-decouple read the same in it',
  needs: ['env-file'],
  findings: {
    'env-not-utf8': { severity: 'fault', why: "Relay's reader, python-decouple, refuses the whole file." },
    'env-readers-differ': { severity: 'fault', why: WHY },
    'env-readers-differ-elsewhere': { severity: 'warning', why: WHY },
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
      describe('env-readers-differ', differing.filter(isRelayKey)),
      describe(
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

function describe(id: Id, keys: readonly string[]): CheckFinding<Id> | undefined {
  if (keys.length === 0) return undefined;
  return {
    id,
    what: `dotenv and python-decouple read ${keys.join(', ')} differently`,
    tryNext: ['write each as NAME=value on one line, with nothing behind the value'],
  };
}
