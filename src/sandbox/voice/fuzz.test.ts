// Runs random TwiML of random apps in the calls of random phones: whatever happens, every call ends, and all adds up.
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Act, perform, stories } from '../../../test/support/call-fuzz/acts.js';
import { type AnyAnswer, apps } from '../../../test/support/call-fuzz/documents.js';
import {
  sumPrices,
  verifyCalls,
  verifyCauses,
  verifyNothingLeft,
  verifySequences,
} from '../../../test/support/call-fuzz/invariants.js';
import { OWNED, openStage, type Stage } from '../../../test/support/call-fuzz/stage.js';
import { type Called, startApp } from '../../../test/support/webhook-app.js';

/** Fixed, so that what is seen is; another number is another hundred calls. */
const [RUNS, SEED] = [60, 11];

/** How an app answers that hangs only twice, because that takes real time, and then drops. */
function tire(how: (called: Called) => AnyAnswer): (called: Called) => AnyAnswer {
  let patience = 2;
  return (called) => {
    const answer = how(called);
    if (answer !== 'hang') return answer;
    patience -= 1;
    return patience >= 0 ? 'hang' : 'drop';
  };
}

/** Whoever still holds a phone puts it down; numbers that only talk to each other are cut off after four hours. */
async function endCalls({ world, clock }: Stage): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const call of world.phoneCalls.live()) {
      if (call.log().state === 'ringing') call.reject();
      else call.hangUp();
    }
    await clock.advance('10s');
  }
  await clock.advance('5h');
}

/** @returns what was spent on calls that are no more */
async function tell(stage: Stage, story: readonly Act[]): Promise<number> {
  let forgotten = 0;
  for (const act of story) {
    // What ends meanwhile would be counted with what is deleted.
    if (act.do === 'delete') await stage.clock.advance(0);
    const before = sumPrices(stage);
    const status = await perform(stage, act);
    expect(status ?? 200).toBeLessThan(500);
    if (act.do === 'delete') forgotten += before - sumPrices(stage);
  }
  await endCalls(stage);
  return forgotten;
}

describe('random calls', () => {
  it('all end, whatever apps answer and people do, and leave nothing behind', async () => {
    const app = await startApp('');
    onTestFinished(app.close);
    const seen = new Set<string>();

    async function play(pages: Readonly<Record<string, AnyAnswer>>, story: readonly Act[]): Promise<void> {
      app.answer(tire(({ path }) => pages[path.split('?')[0] ?? ''] ?? { status: 204 }));
      const stage = await openStage(app.origin);
      const { world } = stage;
      try {
        for (const [at, PhoneNumber] of OWNED.entries()) {
          await stage.rest('POST', 'IncomingPhoneNumbers', { PhoneNumber, VoiceUrl: `APP/${at}#tt=150` });
        }
        const opening = world.accounts.read().balance;
        const forgotten = await tell(stage, story);
        verifyCalls(stage.calls());
        expect(world.accounts.read().balance).toBe(opening - sumPrices(stage) - forgotten);
        verifyNothingLeft(stage);
        verifyCauses(world.events.list());
        verifySequences(app.formsAt('/progress'));
        for (const event of world.events.list()) seen.add('verb' in event ? event.verb : event.kind);
      } finally {
        await stage.close();
      }
    }

    await fc.assert(fc.asyncProperty(apps, stories, play), { numRuns: RUNS, seed: SEED });
    // The calls were odd, but not so odd that none came far.
    const verbs = ['Dial', 'Gather', 'Record', 'Enqueue', 'Redirect', 'Say', 'Pause', 'Hangup'];
    expect([...seen]).toEqual(expect.arrayContaining([...verbs, 'call.connected', 'call.recorded']));
  });
});
