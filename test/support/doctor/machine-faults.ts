// Faults of the machine: Node.js, the package, the state folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { CLI } from '../workspace.js';
import type { Faults } from './fault.js';
import type { SandboxScene } from './sandbox-scene.js';

/** A user who is not root, and owns no file. */
const NOBODY = 65_534;

/**
 * Faults that cannot be caused here: root may write everywhere, and no other user can start the program; only Linux shows
 * the environment of another process.
 */
export const IMPOSSIBLE: ReadonlySet<string> = new Set([
  ...(process.platform === 'linux' ? [] : ['app-outside']),
  ...(process.getuid?.() === 0 &&
  spawnSync(process.execPath, [CLI, '--version'], { uid: NOBODY }).status !== 0
    ? ['state-not-writable']
    : []),
]);

/** The faults, by the id of the finding. */
export const MACHINE_FAULTS: Faults<SandboxScene> = {
  'node-too-old': ({ workspace }) => {
    workspace.write('old.cjs', "Object.defineProperty(process, 'version', { value: 'v18.20.4' });");
    return { options: { environment: { NODE_OPTIONS: `--require ${workspace.file('old.cjs')}` } } };
  },
  'package-incomplete': ({ copyPackage }) => ({
    options: { cli: copyPackage(['templates/ngrok-v3.yml', 'dist/commands/serve/run.cjs']) },
  }),
  'binary-unloadable': ({ copyPackage }) => ({ options: { cli: copyPackage(['node_modules/libsql']) } }),
  'state-not-a-folder': ({ workspace }) => {
    workspace.write('a-file', '');
    return { args: ['--state-dir', 'a-file'] };
  },
  'state-of-newer': ({ workspace }) => {
    workspace.write('.relay-phone/layout', '2\n');
    return undefined;
  },
  'state-not-writable': ({ workspace }) => {
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) {
      chmodSync(workspace.file('.relay-phone'), 0o500);
      onTestFinished(() => chmodSync(workspace.file('.relay-phone'), 0o700));
      return undefined;
    }
    for (const path of [workspace.path, workspace.file('.relay-phone')]) chmodSync(path, 0o755);
    chmodSync(workspace.file('.env'), 0o644);
    return { options: { uid: NOBODY }, besides: ['env-open'] };
  },
  'journal-unreadable': ({ workspace }) => {
    appendFileSync(workspace.file('.relay-phone/journal.jsonl'), '\n{"id":"cut short');
    return undefined;
  },
  'state-not-ours': ({ workspace }) => {
    mkdirSync(workspace.file('planted'));
    workspace.write('planted/layout', '1\n');
    workspace.write('planted/journal.jsonl', '');
    return { args: ['--state-dir', 'planted'] };
  },
  'state-open': ({ workspace }) => {
    chmodSync(workspace.file('.relay-phone'), 0o755);
    return undefined;
  },
  'state-tracked-by-git': ({ workspace }) => {
    rmSync(workspace.file('.relay-phone/.gitignore'));
    startRepository(workspace.path, () => workspace.write('.gitignore', '.env\n'));
    execFileSync('git', ['add', '.relay-phone/layout'], { cwd: workspace.path });
    return undefined;
  },
  'state-git-unknown': ({ workspace }) => {
    startRepository(workspace.path, () => workspace.write('.gitignore', '.env\n'));
    const environment = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    return { options: { environment, cli: CLI }, besides: ['env-git-unknown'] };
  },
  'state-not-ignored': ({ workspace }) => {
    rmSync(workspace.file('.relay-phone/.gitignore'));
    startRepository(workspace.path, () => workspace.write('.gitignore', '.env\n'));
    return undefined;
  },
};

/** Turns a folder into a git repository. */
export function startRepository(path: string, fill: () => void = () => undefined): void {
  execFileSync('git', ['init', '-q'], { cwd: path });
  fill();
}
