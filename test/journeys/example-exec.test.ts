// Runs the example suites of other languages under `exec`: each passes, and each finds bugs in its app.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');

/** A change to the app, and a line of what the suite then prints. */
interface Bug {
  readonly what: string;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  readonly found: RegExp;
}

interface Example {
  readonly language: string;
  readonly folder: string;
  readonly command: readonly string[];
  /** Downloads the libraries. */
  readonly download: readonly string[];
  /** Compiles the suite, which takes a minute the first time. */
  readonly compile: readonly string[];
  readonly bugs: readonly Bug[];
}

const EXAMPLES: readonly Example[] = [
  {
    language: 'Go',
    folder: 'test/example-go',
    command: ['go', 'test', './...'],
    download: ['go', 'mod', 'download'],
    compile: ['go', 'test', '-run', '^$', './...'],
    bugs: [
      {
        what: 'reveals the number of the sender',
        file: 'app.go',
        right: '"Forwarded: " + form["Body"]',
        wrong: 'form["From"] + ": " + form["Body"]',
        found: /app_test\.go:\d+: \+13015550195 saw \+12125550190 as body: "\+12125550190: Hello"/,
      },
      {
        what: 'shows the owner the number of the caller',
        file: 'app.go',
        right: 'CallerId: form["To"]',
        wrong: 'CallerId: form["From"]',
        found: /the owner was called by \+12125550190, want \+12025550100/,
      },
      {
        what: 'accepts unsigned webhooks',
        file: 'app.go',
        right: 'if !a.validator',
        wrong: 'if false && !a.validator',
        found: /app_test\.go:\d+: got 200 OK, want 403/,
      },
    ],
  },
  {
    language: 'Java',
    folder: 'test/example-java',
    command: ['mvn', '-q', 'test'],
    download: ['mvn', '--quiet', '--batch-mode', 'dependency:resolve'],
    compile: ['mvn', '--quiet', '--batch-mode', 'test-compile'],
    bugs: [
      {
        what: 'reveals the number of the sender',
        file: 'src/main/java/forwarder/App.java',
        right: '"Forwarded: " + form.get("Body")',
        wrong: 'form.get("From") + ": " + form.get("Body")',
        found: /aTextReachesTheOwner.* expected: <Forwarded: Hello> but was: <\+12125550190: Hello>/,
      },
      {
        what: 'shows the owner the number of the caller',
        file: 'src/main/java/forwarder/App.java',
        right: 'callerId(form.get("To"))',
        wrong: 'callerId(form.get("From"))',
        found: /aCallerWhoPresses1ReachesTheOwner.* expected: <\+12025550100> but was: <\+12125550190>/,
      },
    ],
  },
];

/** Where Go and Maven keep what they have downloaded. */
const environment = { HOME: homedir(), GOFLAGS: '-buildvcs=false' };

describe.each(EXAMPLES)(
  'the example for $language',
  ({ language, folder, command, download, compile, bugs }) => {
    let workspace: Workspace;
    let reason: string | undefined;

    const openExample = () => {
      workspace = createWorkspace();
      cpSync(resolve(CHECKOUT, folder), workspace.path, { recursive: true });
    };

    beforeAll(() => {
      openExample();
      try {
        if (run(workspace.path, [command[0] ?? '', 'version']).error)
          reason = `this machine has no ${language}`;
        else if (run(workspace.path, download).status !== 0)
          reason = `the libraries for ${language} could not be downloaded`;
        else expect(run(workspace.path, compile)).toMatchObject({ status: 0 });
      } finally {
        workspace.remove();
      }
    }, 600_000);

    beforeEach(({ skip }) => {
      if (reason !== undefined) skip(reason);
      openExample();
      return () => workspace.remove();
    });

    const runSuite = () => workspace.run(['exec', '--', ...command], { environment });

    it('is in the documentation with this command', () => {
      const page = readFileSync(join(CHECKOUT, 'docs/testing.md'), 'utf8');
      expect(page).toContain(
        `    cp -r node_modules/relay-phone/${folder}/. .\n    npx relay-phone exec -- ${command.join(' ')}\n`,
      );
    });

    it('passes twice, and leaves the sandbox as it was', async () => {
      expect(await runSuite()).toMatchObject({ code: 0, stderr: expect.stringContaining('bought') });
      expect(await runSuite()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('bought') });
    });

    it.each(bugs)('fails for an app that $what', async ({ file, right, wrong, found }) => {
      const source = workspace.read(file);
      expect(source).toContain(right);
      workspace.write(file, source.replace(right, wrong));
      const { code, stdout, stderr } = await runSuite();
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(found);
    });
  },
);

function run(cwd: string, [program = '', ...args]: readonly string[]) {
  return spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, ...environment } });
}
