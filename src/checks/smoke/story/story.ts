// The story of a mask in parts: set up, taken, texted, replied to, called, stopped, never leaking a number.
import { RelayPhoneError } from '../../../errors.js';
import { pass, passUnless } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../smoke-context.js';
import type { SmokeStage } from './stage.js';

/** One part of it; each builds on those before. */
export interface StoryPart {
  readonly id: string;
  readonly checks: string;
  /** @returns what happened @throws RelayPhoneError when it does not go as it should */
  play(stage: SmokeStage): Promise<string>;
}

const [HELLO, REPLY, AFTER_STOP] = ['Hello, are you there?', 'Yes, I am here.', 'Are you still there?'];

/** In their order. */
export const STORY: readonly StoryPart[] = [
  {
    id: 'story-init',
    checks: 'init: account, main number, TwiML app, .env, and a verification text that arrives',
    play: async (stage) => {
      await stage.setUp();
      return 'set up, and the verification text arrived';
    },
  },
  {
    id: 'story-mask',
    checks: 'mask: a phone is verified with the app by its code, and a mask is bought',
    play: async (stage) => {
      await stage.takeMask();
      return 'verified, and bought';
    },
  },
  {
    id: 'story-text',
    checks: 'text: what a contact sends to the mask reaches the owner',
    play: async ({ owner, contact, mask }) => {
      const arriving = owner.nextText({ matching: ({ body }) => body.includes(HELLO) });
      const [{ from }] = await Promise.all([arriving, contact.text(mask(), HELLO)]);
      verify(from === mask(), 'the text comes from another number than the mask');
      return 'it reached the owner, from the mask';
    },
  },
  {
    id: 'story-reply',
    checks: 'reply: what the owner answers reaches the contact, from the mask',
    play: async ({ owner, contact, mask }) => {
      const arriving = contact.nextText({ matching: ({ body }) => body === REPLY });
      const [{ from }] = await Promise.all([arriving, owner.text(mask(), REPLY)]);
      verify(from === mask(), 'the reply comes from another number than the mask');
      return 'it reached the contact, from the mask';
    },
  },
  {
    id: 'story-call',
    checks: 'call: the phone of the owner rings for a call to the mask, and both talk',
    play: async ({ owner, contact, mask }) => {
      const ringing = owner.nextCall();
      const calling = contact.call(mask());
      const ring = await Promise.race([ringing, calling.ended.then(() => undefined)]);
      if (!ring) throw broken('the call ended before the phone of the owner rang');
      verify(ring.log().shown === contact.number, 'the owner does not see who calls');
      ring.answer();
      verify((await calling.answered).state === 'talking', 'the caller does not get through');
      ring.hangUp();
      await Promise.all([ring.ended, calling.ended]);
      return 'it rang, both talked, and hung up';
    },
  },
  {
    id: 'story-stop',
    checks: 'STOP: Twilio answers it itself, and no further text reaches the sender',
    play: async (stage) => {
      const { owner, contact, mask } = stage;
      const { automaticReply } = await contact.text(mask(), 'STOP');
      verify(automaticReply !== null, 'STOP was not answered');
      const [refusal] = await Promise.all([stage.nextRefusal(), owner.text(mask(), AFTER_STOP)]);
      verify(refusal !== undefined, 'a text after STOP was accepted');
      const came = contact.texts().some(({ body }) => body.includes(AFTER_STOP));
      verify(!came, 'a text came after STOP');
      return 'answered, and the next text was refused';
    },
  },
  {
    id: 'story-leaks',
    checks: 'leaks: no phone was ever shown the number of the owner',
    play: async (stage) => {
      const sightings = stage.whoSaw(stage.owner.number);
      const how = [...new Set(sightings.map((one) => one.how))].join(', ');
      verify(sightings.length === 0, `the number of the owner was shown to others (${how})`);
      return 'nobody saw it';
    },
  },
];

function verify(isSo: boolean, otherwise: string): void {
  if (!isSo) throw broken(otherwise);
}

function broken(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'fault', task: 'play the story', reason });
}

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
