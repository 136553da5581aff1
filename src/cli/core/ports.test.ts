// Which streams get colours.
import { PassThrough } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import { createCliPorts } from './ports.js';

const signals = { onInterrupt: () => undefined, handSignals: () => () => undefined };
const pipe = new PassThrough();
const terminal = Object.assign(new PassThrough(), { isTTY: true });

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['a terminal', terminal, {}, true],
  ['a pipe', pipe, {}, false],
  ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
  ['a terminal that cannot show them', terminal, { TERM: 'dumb' }, false],
  ['a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
  ['a pipe with an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, false],
  ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['a pipe with both', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('decides whether %s gets colours', (_, stream, environment, expected) => {
  for (const [name, value] of Object.entries({
    NO_COLOR: '',
    FORCE_COLOR: '',
    TERM: 'xterm',
    ...environment,
  }))
    vi.stubEnv(name, value);
  expect(createCliPorts(signals).hasColour(stream)).toBe(expected);
});
