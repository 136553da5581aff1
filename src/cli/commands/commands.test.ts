// The description of every command: its keys, its help, its examples.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createTestContext } from '../../../test/support/in-process.js';
import { type CommandSpec, declare } from '../core/command.js';
import { createProgram } from '../core/program.js';
import { COMMANDS } from './index.js';

const SPECS = COMMANDS.map(({ spec }) => [spec.name, spec] as const);

/** The words of a command line, which quotes keep together. */
function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);
}

/** Parses a command line with the real options, and returns the name of the command that would run. */
async function findCalled(words: readonly string[]): Promise<string | undefined> {
  let called: string | undefined;
  const commands = COMMANDS.map(({ spec, run }) => ({
    spec,
    ...(run && {
      run: async () => {
        called = spec.name;
        return 0;
      },
    }),
  }));
  await createProgram(commands, createTestContext({}), () => undefined).parseAsync(words, { from: 'user' });
  return called;
}

describe.each(SPECS)('relay-phone %s', (name, spec: CommandSpec) => {
  it('names the key of each option in camel case', () => {
    const command = new Command();
    declare(command, spec);
    const keys = command.options.filter(({ hidden }) => !hidden).map((option) => option.attributeName());
    expect(keys.toSorted()).toEqual([...Object.keys(spec.options), 'color'].toSorted());
  });

  it('has two or three examples, each of which the command line accepts', async () => {
    expect([2, 3]).toContain(spec.examples.length);
    for (const example of spec.examples) {
      const [, line = ''] = /relay-phone (.*?)( > \S+|\)")?$/.exec(example) ?? [];
      expect((await findCalled(splitWords(line)))?.startsWith(name), example).toBe(true);
    }
  });

  it('takes --yes', () => {
    const command = new Command();
    declare(command, spec);
    command.exitOverride().parseOptions(['--yes']);
    expect(command.opts()).toMatchObject({ yes: true });
  });

  it('stands in a group of the help, unless its parent lists it', () => {
    expect(spec.group === undefined).toBe(name.includes(' '));
  });
});

it('lists the commands of a group together', () => {
  const groups = COMMANDS.flatMap(({ spec }) => spec.group ?? []);
  expect(groups.filter((group, index) => group !== groups[index - 1])).toEqual([...new Set(groups)]);
});
