// The completion scripts, sourced by the shells that this machine has.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isWindows, skipOnWindows } from './support/skips.js';
import { CLI } from './support/workspace.js';

/** Words behind `relay-phone`, and what they are completed to; a word that ends in a slash is a folder. */
const CASES: readonly [words: readonly string[], expected: readonly string[]][] = [
  [['ini'], ['init']],
  [
    ['ci', ''],
    ['circleci', 'github', 'gitlab'],
  ],
  [
    ['sandbox', '--clock', ''],
    ['manual', 'real'],
  ],
  [['checkout', 'prepare', '--show-s'], ['--show-script']],
  [['init', '-e', 'fol'], ['folder/']],
];

let folder: string;
beforeEach(skipOnWindows);
beforeAll(() => {
  if (isWindows) return;
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-completion-'));
  symlinkSync(CLI, join(folder, 'relay-phone'));
  run('mkdir folder', 'sh');
});
afterAll(() => folder && rmSync(folder, { recursive: true }));

/** Runs a script in the folder, with our program first on the `PATH`. @returns its lines, sorted */
function run(script: string, shell: string): string[] {
  const flags = shell === 'zsh' ? ['-f'] : shell === 'bash' ? ['--norc'] : [];
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: folder };
  const { stdout, stderr, status } = spawnSync(shell, [...flags, '-c', script], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') throw new Error(`${shell} ended with ${status}: ${stderr}`);
  return stdout.split('\n').filter(Boolean).toSorted();
}

function isMissing(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status !== 0;
}

function quote(words: readonly string[]): string {
  return ['relay-phone', ...words].map((word) => `'${word}'`).join(' ');
}

describe('bash', () => {
  it.each(CASES)('completes %j', (words, expected) => {
    // compopt works only while bash itself asks; what it switches on is the completion of files.
    const script = `
      eval "$(relay-phone completion bash)"
      compopt() { COMPREPLY=($(compgen -d -S / -- "\${COMP_WORDS[COMP_CWORD]}")); }
      COMP_WORDS=(${quote(words)})
      COMP_CWORD=${words.length}
      $(complete -p relay-phone | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(run(script, 'bash')).toEqual(expected);
  });
});

describe('zsh', () => {
  it.for(CASES)('completes %j', ([words, expected], { skip }) => {
    skip(isMissing('zsh'), 'this machine has no zsh');
    // The functions that zsh's own completion system has, as they would be called.
    const script = `
      compdef() { registered="$1 for $2" }
      _describe() { print -rl -- \${\${(P)2}%%:*} }
      _files() { print -rl -- \${words[CURRENT]}*(M) }
      eval "$(relay-phone completion zsh)"
      [[ $registered == '_relay_phone for relay-phone' ]] || exit 1
      words=(${quote(words)})
      CURRENT=${words.length + 1}
      _relay_phone`;
    expect(run(script, 'zsh')).toEqual(expected);
  });
});

describe('fish', () => {
  it.for(CASES)('completes %j', ([words, expected], { skip }) => {
    skip(isMissing('fish'), 'this machine has no fish');
    const script = `relay-phone completion fish | source; complete -C ${JSON.stringify(`relay-phone ${words.join(' ')}`)}`;
    expect(run(script, 'fish').map((line) => line.replace(/\t.*/, ''))).toEqual(expected);
  });
});

describe('PowerShell', () => {
  it('asks the relay-phone on the PATH, with a -- that reaches it', () => {
    expect(run('relay-phone completion powershell', 'sh').join('\n')).toContain(
      "relay-phone completion powershell '--' @words",
    );
  });

  it('completes an empty word, which it passes on as two quotation marks or as nothing', () => {
    for (const last of [`'""'`, "''"])
      expect(run(`relay-phone completion powershell -- ci ${last} | cut -d' ' -f1`, 'sh')).toEqual([
        'circleci',
        'github',
        'gitlab',
      ]);
  });
});
