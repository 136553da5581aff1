// The story of a mask, in parts that build on each other: setup, mask, text, reply, call, STOP, no leaked number.
import { RelayPhoneError } from '../../../errors.js';
import { found, pass } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../smoke-context.js';
import type { SmokeStage } from './stage.js';

/** A part of the story. */
export interface StoryPart {
  readonly id: string;
  readonly expects: string;
  /** @returns what happened @throws RelayPhoneError if the part fails */
  play(stage: SmokeStage): Promise<string>;
}

const [HELLO, REPLY, AFTER_STOP] = ['Hello, are you there?', 'Yes, I am here.', 'Are you still there?'];

const STORY: readonly StoryPart[] = [
  {
    id: 'story-init',
    expects: 'init sets up account, main number, TwiML app and .env, and a verification text arrives',
    play: async (stage) => {
      await stage.setUp();
      return 'set up, and the verification text arrived';
    },
  },
  {
    id: 'story-mask',
    expects: 'the app verifies a phone by a code, and buys a mask',
    play: async (stage) => {
      await stage.takeMask();
      return 'verified the phone, and bought a mask';
    },
  },
  {
    id: 'story-text',
    expects: 'a text from a contact to the mask reaches the owner',
    play: async ({ owner, contact, mask }) => {
      const arriving = owner.nextText({ matching: ({ body }) => body.includes(HELLO) });
      const [{ from }] = await Promise.all([arriving, contact.text(mask(), HELLO)]);
      verify(from === mask(), 'the text comes from another number, not from the mask');
      return 'reached the owner, from the mask';
    },
  },
  {
    id: 'story-reply',
    expects: 'a reply of the owner reaches the contact, from the mask',
    play: async ({ owner, contact, mask }) => {
      const arriving = contact.nextText({ matching: ({ body }) => body === REPLY });
      const [{ from }] = await Promise.all([arriving, owner.text(mask(), REPLY)]);
      verify(from === mask(), 'the reply comes from another number, not from the mask');
      return 'reached the contact, from the mask';
    },
  },
  {
    id: 'story-call',
    expects: "a call to the mask rings the owner's phone, and both can talk",
    play: async ({ owner, contact, mask }) => {
      const ringing = owner.nextCall();
      const calling = contact.call(mask());
      const ring = await Promise.race([ringing, calling.ended.then(() => undefined)]);
      if (!ring) throw broken("the call ended before the owner's phone rang");
      verify(ring.log().shown === contact.number, "the owner's phone does not show the caller's number");
      ring.answer();
      verify((await calling.answered).state === 'talking', 'the caller is not connected');
      ring.hangUp();
      await Promise.all([ring.ended, calling.ended]);
      return 'rang, both talked, and hung up';
    },
  },
  {
    id: 'story-stop',
    expects: 'Twilio answers STOP, and no further text reaches its sender',
    play: async (stage) => {
      const { owner, contact, mask } = stage;
      const { automaticReply } = await contact.text(mask(), 'STOP');
      verify(automaticReply !== null, 'Twilio did not answer STOP');
      const [refusal] = await Promise.all([stage.nextRefusal(), owner.text(mask(), AFTER_STOP)]);
      verify(refusal !== undefined, 'Twilio accepted a text after STOP');
      const hasArrived = contact.texts().some(({ body }) => body.includes(AFTER_STOP));
      verify(!hasArrived, 'a text arrived after STOP');
      return 'answered STOP, and refused the next text';
    },
  },
  {
    id: 'story-leaks',
    expects: "no other phone ever saw the owner's number",
    play: async (stage) => {
      const exposures = stage.whoSaw(stage.owner.number);
      const how = [...new Set(exposures.map((one) => one.how))].join(', ');
      verify(exposures.length === 0, `other phones saw the owner's number (${how})`);
      return 'no other phone saw it';
    },
  },
];

function verify(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw broken(otherwise);
}

function broken(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'fault', task: 'play the story', reason });
}

/** One check for each part of the story. */
export const STORY_CHECKS: readonly AnySmokeCheck[] = STORY.map(({ id, expects, play }, index) => {
  const before = STORY[index - 1];
  return createSmokeCheck<'story-broken'>({
    id,
    group: 'sandbox',
    expects,
    needs: before ? [before.id] : [],
    findings: {
      'story-broken': {
        severity: 'fault',
        why: 'This is what phone masking does, here without an account or the internet.',
      },
    },
    run: async ({ openStage }) => {
      try {
        return pass(await play(await openStage()));
      } catch (error) {
        if (!(error instanceof RelayPhoneError)) throw error;
        const tryNext = [...error.tryNext, 'run relay-phone smoke --sandbox again', 'relay-phone doctor'];
        return found({ id: 'story-broken', what: error.message.replace(/\.$/, ''), tryNext });
      }
    },
  });
});
