// Expects texts on a phone, or that there are none.

import type { ShownText } from '../control.js';
import { createMatcher, type Matcher } from '../matching.js';
import type { Unmet } from '../ports.js';
import { listTexts, type Scene, waitForFirst, waitUntilQuiet } from '../scene.js';
import type { StepContent } from '../story.js';
import { EXPECTATION_TIMEOUT_MS, QUIET, SHOWN } from './patience.js';

/** A text comes, or has come, that no earlier expectation has found. */
export async function expectText(
  scene: Scene,
  { 'expect text': on, within = EXPECTATION_TIMEOUT_MS, ...wanted }: StepContent<'expect text'>,
): Promise<Unmet | undefined> {
  const phone = scene.cast.numberOf(on);
  const test = createTest(scene, wanted);
  let texts: readonly ShownText[] = [];
  const found = await waitForFirst(scene, within, async () => {
    texts = await listTexts(scene, phone);
    return texts.find(test.isMeant);
  });
  if (!found)
    return { expected: `${test.description} on ${on}`, found: describeTexts(scene, on, texts, test.matcher) };
  scene.settledTexts.add(found.sid);
  scene.lastSenders.set(phone, found.from);
  return undefined;
}

/** Nothing like it is there, nor comes until the sandbox has come to rest. */
export async function expectNoText(
  scene: Scene,
  { 'expect no text': on, within = QUIET, ...wanted }: StepContent<'expect no text'>,
): Promise<Unmet | undefined> {
  const phone = scene.cast.numberOf(on);
  const test = createTest(scene, wanted);
  const found = await waitUntilQuiet(scene, within, async () =>
    (await listTexts(scene, phone)).find(test.isMeant),
  );
  if (!found) return undefined;
  return { expected: `${test.description} on ${on}: none`, found: [`${on} has ${describe(scene, found)}`] };
}

interface Test {
  readonly matcher: Matcher;
  isMeant(text: ShownText): boolean;
  /** Such as `a text from mask that is "Hi"`. */
  readonly description: string;
}

function createTest(
  { cast }: Scene,
  { from, media, ...wanted }: Omit<StepContent<'expect text'>, 'expect text' | 'within'>,
): Test {
  const matcher = createMatcher(wanted, cast);
  const sender = from && cast.numberOf(from);
  const parts = [
    'a text',
    from && `from ${from}`,
    matcher.description,
    media !== undefined && `with ${media} media`,
  ];
  return {
    matcher,
    description: parts.filter(Boolean).join(' '),
    isMeant: (text) =>
      (sender === undefined || text.from === sender) &&
      (media === undefined || text.mediaUrls.length === media) &&
      matcher.matches(text.body),
  };
}

function describeTexts(scene: Scene, on: string, texts: readonly ShownText[], matcher: Matcher): string[] {
  if (texts.length === 0) return [`${on} has no new text`];
  const ranked = texts
    .map((text) => ({ text, distance: matcher.distance(text.body) }))
    .sort((a, b) => a.distance - b.distance);
  return ranked
    .slice(0, SHOWN)
    .map(({ text }) => `${on} has ${describe(scene, text, matcher.compare(text.body))}`);
}

function describe(
  { cast }: Scene,
  { from, body, mediaUrls }: ShownText,
  words = JSON.stringify(body),
): string {
  const media = mediaUrls.length === 0 ? '' : ` (with ${mediaUrls.length} media)`;
  return `${words} from ${cast.nameOf(from)}${media}`;
}
