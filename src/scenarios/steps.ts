// What is done for each kind of step.
import { act, call, reply, text } from './acts.js';
import { behave, comply, fail } from './conditions.js';
import { expectCall, expectHeard, expectNoCall } from './expectations/calls.js';
import { expectNoLeak } from './expectations/leaks.js';
import { expectNoText, expectText } from './expectations/texts.js';
import { expectWebhook } from './expectations/webhooks.js';
import type { Unmet } from './ports.js';
import type { Scene } from './scene.js';
import type { StepContent, StepKind, StoryStep } from './story.js';

type Expected = Extract<StepKind, `expect ${string}`>;
type Acted = Exclude<StepKind, Expected>;
type Expectation = Extract<StoryStep, { readonly verb: Expected }>;
type Act = Exclude<StoryStep, Expectation>;

/** Carries a step out. @returns what was expected and did not come; undefined when all is well */
export async function carryOut(scene: Scene, step: StoryStep): Promise<Unmet | undefined> {
  if (isExpectation(step)) return look(scene, step);
  await doAct(scene, step);
  return undefined;
}

/** Whether a step only looks. */
export function isExpectation(step: StoryStep): step is Expectation {
  return Object.hasOwn(EXPECTATIONS, step.verb);
}

// A step's content is that of its verb, which the compiler cannot see from outside of the tables.
function look(scene: Scene, { verb, content }: Expectation): Promise<Unmet | undefined> {
  return (EXPECTATIONS[verb] as (scene: Scene, content: object) => Promise<Unmet | undefined>)(
    scene,
    content,
  );
}

function doAct(scene: Scene, { verb, content }: Act): Promise<void> {
  return (ACTS[verb] as (scene: Scene, content: object) => Promise<void>)(scene, content);
}

const ACTS: { readonly [V in Acted]: (scene: Scene, content: StepContent<V>) => Promise<void> } = {
  text,
  reply,
  call,
  answer: (scene, { answer }) => act(scene, answer, 'answer'),
  reject: (scene, { reject }) => act(scene, reject, 'reject'),
  press: (scene, { press, from }) => act(scene, from, 'press', { keys: press }),
  say: (scene, { say, from }) => act(scene, from, 'say', { words: scene.cast.fill(say) }),
  'hang up': (scene, { 'hang up': who }) => act(scene, who, 'hang-up'),
  block: ({ cast, ports }, { block }) => ports.app.block(cast.numberOf(block), true),
  unblock: ({ cast, ports }, { unblock }) => ports.app.block(cast.numberOf(unblock), false),
  advance: async ({ ports }, { advance }) => void (await ports.control.advance(advance)),
  phone: behave,
  sender: comply,
  fail,
};

const EXPECTATIONS: {
  readonly [V in Expected]: (scene: Scene, content: StepContent<V>) => Promise<Unmet | undefined>;
} = {
  'expect text': expectText,
  'expect no text': expectNoText,
  'expect call': expectCall,
  'expect no call': expectNoCall,
  'expect heard': expectHeard,
  'expect webhook': expectWebhook,
  'expect no leak': expectNoLeak,
};
