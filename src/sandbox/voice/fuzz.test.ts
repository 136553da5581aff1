// Runs random TwiML from random apps in the calls of random phones: every call ends, and the balance adds up.
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Act, findLiveCalls, perform, stories } from '../../../test/support/call-fuzz/acts.js';
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

/** A fixed seed, so that each run sees the same stories. */
const [RUNS, SEED] = [60, 11];

/** Lets an app hang only twice, because that takes real time. Afterwards it closes the connection. */
function limitHangs(how: (called: Called) => AnyAnswer): (called: Called) => AnyAnswer {
  let hangs = 0;
  return (called) => {
    const answer = how(called);
    if (answer !== 'hang') return answer;
    hangs += 1;
    return hangs <= 2 ? 'hang' : 'drop';
  };
}

/** Hangs up every phone. Numbers of the account that talk to each other end after four hours. */
async function endCalls(stage: Stage): Promise<void> {
  const { clock } = stage.sandbox;
  for (let round = 0; round < 3; round += 1) {
    for (const call of findLiveCalls(stage)) {
      if (call.log().state === 'ringing') call.reject();
      else call.hangUp();
    }
    await clock.advance('10s');
  }
  await clock.advance('5h');
}

/** Performs the acts of a story. @returns the price of the calls that were deleted */
async function performStory(stage: Stage, story: readonly Act[]): Promise<number> {
  let deletedPrice = 0;
  for (const act of story) {
    // A call that ends during the deletion would change the sum of prices.
    if (act.do === 'delete') await stage.sandbox.clock.advance(0);
    const before = sumPrices(stage);
    const status = await perform(stage, act);
    expect(status ?? 200).toBeLessThan(500);
    if (act.do === 'delete') deletedPrice += before - sumPrices(stage);
  }
  await endCalls(stage);
  return deletedPrice;
}

describe('random calls', () => {
  it('all end and leave nothing behind, whatever apps answer and people do', async () => {
    const app = await startApp('');
    onTestFinished(app.close);
    const seen = new Set<string>();

    async function play(pages: Readonly<Record<string, AnyAnswer>>, story: readonly Act[]): Promise<void> {
      app.answer(limitHangs(({ path }) => pages[path.split('?')[0] ?? ''] ?? { status: 204 }));
      const stage = await openStage(app.origin);
      const { sandbox } = stage;
      try {
        for (const [at, PhoneNumber] of OWNED.entries()) {
          await stage.rest('POST', 'IncomingPhoneNumbers', { PhoneNumber, VoiceUrl: `APP/${at}#tt=150` });
        }
        const opening = stage.balance();
        const deletedPrice = await performStory(stage, story);
        verifyCalls(stage.calls());
        expect(stage.balance()).toBe(opening - sumPrices(stage) - deletedPrice);
        verifyNothingLeft(stage);
        verifyCauses(sandbox.events());
        verifySequences(app.formsAt('/progress'));
        for (const event of sandbox.events()) seen.add('verb' in event ? event.verb : event.kind);
      } finally {
        await stage.close();
      }
    }

    await fc.assert(fc.asyncProperty(apps, stories, play), { numRuns: RUNS, seed: SEED });
    // Some calls must have come far.
    const verbs = ['Dial', 'Gather', 'Record', 'Enqueue', 'Redirect', 'Say', 'Pause', 'Hangup'];
    expect([...seen]).toEqual(expect.arrayContaining([...verbs, 'call.connected', 'call.recorded']));
  });
});
