// Expects that nobody was shown a number.
import type { Unmet } from '../ports.js';
import type { Scene } from '../scene.js';
import type { StepContent } from '../story.js';
import { SHOWN } from './patience.js';

/** No phone but those that may has been shown the number since the story began. */
export async function expectNoLeak(
  { cast, ports, earlierShowings }: Scene,
  { 'expect no leak': of, except = [] }: StepContent<'expect no leak'>,
): Promise<Unmet | undefined> {
  const number = cast.numberOf(of);
  const allowed = except.map(cast.numberOf);
  const showings = (await ports.control.whoSaw(number)).slice(earlierShowings.get(number) ?? 0);
  const leaks = showings.filter(({ phone }) => !allowed.includes(phone));
  if (leaks.length === 0) return undefined;
  return {
    expected: `nobody is shown the number of ${of} (${number})`,
    found: leaks
      .slice(0, SHOWN)
      .map(({ phone, how, excerpt }) => `${cast.nameOf(phone)} saw it as ${HOWS[how] ?? how}: ${excerpt}`),
  };
}

const HOWS: Readonly<Record<string, string>> = {
  sender: 'the sender of a text',
  body: 'part of a text',
  media: 'part of a file',
  'caller id': 'the caller',
  heard: 'part of what was said',
};
