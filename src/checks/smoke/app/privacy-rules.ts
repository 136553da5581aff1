// Checks that no phone of the app's sandbox was shown a number that it must not see.
import { pass, passUnless } from '../../check.js';
import type { AnySmokeCheck } from '../smoke-context.js';
import { createAppCheck } from './app-under-test.js';

/** Returns the check, which looks once `others` have ended: the app may show a number because of their webhooks. */
export function createPrivacyRulesCheck(others: readonly AnySmokeCheck[]): AnySmokeCheck {
  return createAppCheck<'was-shown'>({
    id: 'privacy-rules',
    expects:
      'each number that the sandbox watches was shown only to phones that may see it, if the app runs in one',
    needs: ['app-up'],
    after: others.map(({ id }) => id),
    findings: {
      'was-shown': {
        severity: 'fault',
        why: 'A mask exists so that nobody else sees the real number.',
      },
    },
    run: async ({ sandbox }) => {
      if (!sandbox) return pass('no sandbox of this folder runs');
      const { watched, shown } = await sandbox.checkPrivacyRules();
      if (watched === 0) return pass('the sandbox watches no number');
      return passUnless(
        `${watched} ${watched === 1 ? 'number' : 'numbers'} watched`,
        shown.map(({ what, look }) => ({
          id: 'was-shown',
          what,
          tryNext: [...look, 'relay-phone sandbox leaks'],
        })),
      );
    },
  });
}
