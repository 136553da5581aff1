// The manners of the command line: its help, and what it says about a word that it does not know.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/cli/commands/index.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
});
afterAll(() => workspace.remove());

/** The widest line of a help on a terminal of 80 columns. */
const WIDTH = 80;

describe('the help', () => {
  it('is the same by --help and by the command help, with examples and the groups of commands', async () => {
    const { code, stdout } = await workspace.run(['--help']);
    expect(code).toBe(0);
    for (const part of ['Set up:', 'Run:', 'Act as a phone:', 'Look:', 'Check:', 'Examples:'])
      expect(stdout).toContain(`\n${part}\n`);
    for (const words of [['help'], ['help', '--json'], ['help', '--yes']])
      expect(await workspace.run(words)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('has a line for each command, and fits a terminal', async () => {
    const { stdout } = await workspace.run(['--help']);
    const lines = stdout.trimEnd().split('\n');
    for (const { spec } of COMMANDS.filter(({ spec }) => spec.group))
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ${spec.name} +${spec.summary}$`)));
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  });

  it.each(COMMANDS.map(({ spec }) => spec.name))('of %s has examples and fits 80 columns', async (name) => {
    const words = name.split(' ');
    const { code, stdout } = await workspace.run(['help', ...words]);
    expect(code).toBe(0);
    expect(await workspace.run([...words, '--help'])).toEqual({ code, stdout, stderr: '' });
    const [options = '', examples] = stdout.split('\nExamples:\n');
    expect(examples).toContain(`  relay-phone ${words[0]}`);
    expect(options.split('\n').filter((line) => line.length > WIDTH)).toEqual([]);
  });

  it('lists the options that most commands have after those of the command', async () => {
    const { stdout } = await workspace.run(['help', 'ci']);
    expect(stdout.indexOf('--app-command')).toBeLessThan(stdout.indexOf('Options of every command:'));
    expect(stdout.indexOf('Options of every command:')).toBeLessThan(stdout.indexOf('--json'));
  });

  it('says why -e is the option for a file that does not exist', async () => {
    const { stdout } = await workspace.run(['help', 'init']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'write -e for a file that does not exist yet, because Node.js itself refuses --env-file then',
    );
  });
});

describe('a misspelt word', () => {
  it.each([
    ['a command', ['intit'], 'init'],
    ['a command in capitals', ['INIT'], 'init'],
    ['a subcommand', ['checkout', 'prepar'], 'prepare'],
    ['a subcommand of a command that runs by itself', ['sandbox', 'phnes'], 'phones'],
    ['a subcommand of a command that takes an argument', ['requests', 'exprt'], 'export'],
    ['a command behind help', ['help', 'intit'], 'init'],
    ['a subcommand behind help', ['help', 'checkout', 'prepar'], 'checkout prepare'],
    ['an option', ['init', '--sanbox'], '--sandbox'],
    ['an option of the program', ['--versoin'], '--version'],
    ['an argument', ['ci', 'gitub'], 'github'],
    ['the value of an option', ['sandbox', '--clock', 'mnual'], 'manual'],
    ['the value of an option that may have none', ['exec', '--print-env=shel'], 'shell'],
  ])('that stands for %s is answered with the known one', async (_what, words, meant) => {
    const { code, stdout, stderr } = await workspace.run(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`(did you mean ${meant}?)`);
    expect(stderr).toMatch(/\n {2}Try: relay-phone .*--help\n$/);
  });

  it.each([[['ci', 'jenkins']], [['frobnicate']], [['status', '--frobnicate']]])(
    'that is close to no known one gets no suggestion: %j',
    async (words) => {
      const { code, stderr } = await workspace.run(words);
      expect([code, stderr.includes('did you mean')]).toEqual([2, false]);
    },
  );

  it('names all values that an argument takes', async () => {
    const { stderr } = await workspace.run(['ci', 'jenkins']);
    expect(stderr).toContain('<system> takes github, gitlab or circleci, not "jenkins"');
  });

  it('is not said of an option that stands before its command', async () => {
    const { code, stderr } = await workspace.run(['--sandbox', 'status']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('options stand after it')]);
  });
});

describe('--yes', () => {
  it.each([
    [['status', '--yes', '--sandbox']],
    [['ci', 'github', '--stdout', '-y']],
    [['sandbox', 'phones', '--yes']],
    [['completion', 'bash', '--yes']],
  ])('is taken by a command that asks nothing: %j', async (words) => {
    const { stderr } = await workspace.run(words);
    expect(stderr).not.toContain('--yes');
  });
});
