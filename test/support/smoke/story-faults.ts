// For each part of the story: what goes wrong with it, on the stage itself, so that it fails.
import type { SmokeStage } from '../../../src/checks/smoke/story/stage.js';
import type { OpenedStage } from '../../../src/cli/commands/smoke/stage.js';

/** Brings the fault about; what it gives is played on instead. */
type Fault = (open: OpenedStage) => SmokeStage;

const refuse =
  (path: string): Fault =>
  ({ stage, sandbox }) => {
    sandbox.fail({ method: 'POST', path, answer: { status: 400, code: 21606, message: 'not today' } });
    return stage;
  };

/** Does something the first time that the mask is asked for: when it was taken, and before a text came to it. */
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

/** By the id of the part. */
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
  // What a careless owner writes reaches the contact as it is.
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
