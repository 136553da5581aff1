// The checks of the story: each plays one part after the part before has passed.
import { RelayPhoneError } from '../../../errors.js';
import { pass, passUnless } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../subject.js';
import { STORY } from './story.js';

/** One for each part. */
export const STORY_CHECKS: readonly AnySmokeCheck[] = STORY.map(({ id, checks, play }, index) => {
  const before = STORY[index - 1];
  return createSmokeCheck<'story-broken'>({
    id,
    group: 'sandbox',
    checks,
    needs: before ? [before.id] : [],
    findings: {
      'story-broken': {
        severity: 'fault',
        why: 'It is what masking is for, with no account and no internet.',
      },
    },
    run: async ({ openStage }) => {
      try {
        return pass(await play(await openStage()));
      } catch (error) {
        if (!(error instanceof RelayPhoneError)) throw error;
        const tryNext = [...error.tryNext, 'relay-phone smoke --sandbox, once more', 'relay-phone doctor'];
        return passUnless('', [{ id: 'story-broken', what: error.message.replace(/\.$/, ''), tryNext }]);
      }
    },
  });
});
