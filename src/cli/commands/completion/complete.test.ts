// What may follow the words of a command line, for every kind of place.
import { describe, expect, it } from 'vitest';
import { argument, type CommandSpec, command, option } from '../../core/command.js';
import { COMMANDS } from '../index.js';
import { complete, FILES } from './complete.js';

const COMMANDS_OF_TEST: readonly CommandSpec[] = [
  command({
    name: 'ship',
    group: 'Run',
    summary: 'ship it',
    arguments: {
      file: argument('<file>', 'the file'),
      to: argument('<to>', 'where', { choices: ['us', 'uk'] }),
    },
    options: {
      envFile: option('-e, --env-file <path>', 'the file'),
      speed: option('--speed <kind>', 'how fast', { choices: ['slow', 'fast'] }),
      only: option('--only <part>', 'one part', { repeated: true }),
      allow: option('--allow <number...>', 'who may'),
      dry: option('--dry', 'nothing'),
    },
    examples: [],
  }),
  command({ name: 'look', group: 'Look', summary: 'look', arguments: {}, options: {}, examples: [] }),
  command({ name: 'look back', summary: 'look back', arguments: {}, options: {}, examples: [] }),
];

function listFor(...words: readonly string[]): readonly string[] | typeof FILES {
  const found = complete(COMMANDS_OF_TEST, words);
  return found === FILES ? found : found.map(({ word }) => word);
}

it.each<[string, string[], string[] | typeof FILES]>([
  ['the commands', [''], ['ship', 'look', 'help']],
  ['the commands that begin with the word', ['sh'], ['ship']],
  ['the options of the program', ['-'], ['--help', '--version']],
  ['a subcommand', ['look', ''], ['back']],
  ['the commands behind help', ['help', 'lo'], ['look']],
  ['the subcommands behind help', ['help', 'look', ''], ['back']],
  ['a file as the first argument', ['ship', ''], FILES],
  ['the values of the second argument', ['ship', 'a.txt', 'u'], ['us', 'uk']],
  ['an argument behind an option with a value', ['ship', '--speed', 'fast', 'a.txt', 'us'], ['us']],
  ['the values of an option', ['ship', '--speed', ''], ['slow', 'fast']],
  ['a value behind an equals sign', ['ship', '--speed=f'], ['--speed=fast']],
  ['a value behind an equals sign as bash splits it', ['ship', '--speed', '=', 'f'], ['fast']],
  ['a value right behind an equals sign as bash splits it', ['ship', '--speed', '='], ['slow', 'fast']],
  ['files for an option with a path', ['ship', '-e', ''], FILES],
  ['nothing for an option with any other value', ['ship', '--only', ''], []],
  ['files behind --, where another program stands', ['ship', '--', '--sp'], FILES],
  [
    'an option only once, unless it may be repeated',
    ['ship', '--dry', '--only', 'a', '--'],
    ['--env-file', '--speed', '--only', '--allow', '--help', '--no-color'],
  ],
  ['the options behind one that takes several values', ['ship', '--allow', '1', '2', '--d'], ['--dry']],
  ['nothing for an unknown command', ['shop', ''], []],
])('completes %s', (_what, words, expected) => {
  expect(listFor(...words)).toEqual(expected);
});

describe.each(COMMANDS.map(({ spec }) => [spec.name, spec] as const))('relay-phone %s', (name, spec) => {
  it('is completed, with each of its options and each of their values', () => {
    const specs = COMMANDS.map((one) => one.spec);
    const words = name.split(' ');
    expect(complete(specs, words)).toContainEqual({ word: words.at(-1), description: spec.summary });
    for (const { form, settings, description } of Object.values(spec.options)) {
      const long = /--[a-z-]+/.exec(form)?.[0] ?? '';
      expect(complete(specs, [...words, long])).toContainEqual({ word: long, description });
      for (const value of settings?.choices ?? [])
        expect(complete(specs, [...words, long, value])).toContainEqual({ word: value, description });
    }
  });
});
