// Names what the sandbox lacks for a recorded document.
import { expect, it } from 'vitest';
import { findLacks } from './find-lacks.js';

it.each([
  ['<Response><Connect/><Say>Hi</Say><Dial><Client>a</Client></Dial><Connect/></Response>', 2],
  ['<Response><Say>Hi</Say><Oops/></Response>', 0],
  ['<Response><Connect>', 0],
  ['{"no": "TwiML"}', 0],
  ['', 0],
])('finds in %s how many things the sandbox lacks: %i', (twiml, count) => {
  expect(findLacks(twiml)).toHaveLength(count);
});

it('names them as the event does', () => {
  expect(findLacks('<Response><Start/></Response>')).toEqual(['<Start>']);
});
