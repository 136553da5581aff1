// A fault for each part of smoke's story.
import type { SmokeStage } from '../../../src/checks/smoke/story/stage.js';
import type { OpenedStage } from '../../../src/cli/commands/smoke/stage.js';

/** Causes the fault. Returns the stage to play on. */
type Fault = (open: OpenedStage) => SmokeStage;

const refuse =
  (path: string): Fault =>
  ({ stage, sandbox }) => {
    sandbox.fail({ method: 'POST', path, answer: { status: 400, code: 21606, message: 'not today' } });
    return stage;
  };

/** Returns a fault that is caused once there is a mask, before it gets a text. */
const onceMasked =
  (work: (open: OpenedStage) => void): Fault =>
  (open) => {
    let isDone = false;
    const mask = () => {
      if (!isDone) work(open);
      isDone = true;
      return open.stage.mask();
    };
    return { ...open.stage, mask };
  };

const UNREACHABLE = { texts: { undelivered: 30003 } } as const;

/** The faults, by the id of the part. */
export const STORY_FAULTS: Readonly<Record<string, Fault>> = {
  'story-init': refuse('Applications'),
  'story-mask': ({ stage, sandbox }) => {
    const answer = { status: 400, code: 21422, message: 'not today' };
    sandbox.fail({ method: 'POST', path: 'IncomingPhoneNumbers', skip: 1, answer });
    return stage;
  },
  'story-text': onceMasked(({ stage, sandbox }) => sandbox.phone(stage.owner.number).behave(UNREACHABLE)),
  'story-reply': ({ stage, sandbox }) => {
    sandbox.phone(stage.contact.number).behave(UNREACHABLE);
    return stage;
  },
  'story-call': ({ stage, sandbox }) => {
    sandbox.phone(stage.owner.number).behave({ calls: 'busy' });
    return stage;
  },
  'story-stop': ({ stage }) => ({
    ...stage,
    contact: {
      ...stage.contact,
      text: (to, body) => stage.contact.text(to, body === 'STOP' ? 'STOP it, please' : body),
    },
  }),
  // Masking does not change what the owner writes.
  'story-leaks': ({ stage }) => ({
    ...stage,
    owner: {
      ...stage.owner,
      text: async (to, body) => {
        await stage.owner.text(to, `Call me at ${stage.owner.number}`);
        return stage.owner.text(to, body);
      },
    },
  }),
};
