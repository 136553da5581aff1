// Checks that the app, if it runs in a sandbox, uses only what the sandbox has.
import { found, pass, passUnless } from '../../check.js';
import type { AnySmokeCheck } from '../smoke-context.js';
import { createAppCheck } from './app-under-test.js';

/** Returns the check, which looks once `others` have ended: their webhooks are what the app acts on. */
export function createNotInSandboxCheck(others: readonly AnySmokeCheck[]): AnySmokeCheck {
  return createAppCheck<'asks-for-missing' | 'no-sandbox'>({
    id: 'not-in-sandbox',
    expects: 'the app asks for nothing of Twilio that the sandbox lacks, if it runs in one',
    needs: ['app-up'],
    after: others.map(({ id }) => id),
    findings: {
      'asks-for-missing': {
        severity: 'fault',
        why: 'What the app does after such an answer is not what it does at Twilio.',
      },
      'no-sandbox': {
        severity: 'fault',
        why: 'Nothing shows what the app asks for, so --strict cannot pass.',
      },
    },
    run: async ({ sandbox, needsSandbox }) => {
      if (sandbox) {
        const uses = await sandbox.listUnsupported();
        return passUnless(
          'asked for nothing that is missing',
          uses.map(({ what, look }) => ({ id: 'asks-for-missing', what, tryNext: [...look, ...REMEDIES] })),
        );
      }
      if (!needsSandbox) return pass('no sandbox of this folder runs');
      return found({
        id: 'no-sandbox',
        what: 'no sandbox of this folder runs',
        tryNext: ['start the app with relay-phone exec -- COMMAND', '--state-dir PATH of its sandbox'],
      });
    },
  });
}

const REMEDIES: readonly string[] = [
  'leave that part of the app out of this run, and test it with an account of Twilio',
  'relay-phone smoke --skip not-in-sandbox, if the app copes with the answer 404',
];
