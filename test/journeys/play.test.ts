// `relay-phone play` with the built CLI: with `serve`, with other apps, with --watch, interrupted, and with invalid stories.
import { renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { playReportSchema } from '../../src/reports.js';
import { joinSandbox } from '../../src/sandbox/instance/join.js';
import { DEADLINE } from '../support/deadline.js';
import { findOrigin } from '../support/find-port.js';
import { withoutWarning } from '../support/node-warning.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { startSandbox, startServer } from '../support/sandbox-child.js';
import { skipOnWindows } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

beforeEach(skipOnWindows);

const MASKING = resolve(import.meta.dirname, '../../templates/stories/masking.yaml');
/** The example app in test/example. */
const EXAMPLE = resolve(import.meta.dirname, '../example');

let workspace: Workspace;
let origin: string;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  origin = await findOrigin();
});

const serve = () => [process.execPath, CLI, 'serve', '--sandbox', '--yes', '--port', new URL(origin).port];
const play = (...args: string[]) => workspace.run(['play', ...args]);

/** An app of anybody's: it answers texts and calls with TwiML, and says first that it is there. */
const APP = `
const http = require('node:http');
http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/xml');
  response.end(request.url === '/sms' ? '<Response><Message>Got it</Message></Response>' : '<Response><Say>Wait</Say><Pause length="600"/><Say>Thanks</Say></Response>');
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('the app is there'));
`;

const STORY = (steps: string) =>
  `phones: { Ann: +12125550190 }\nnumbers: { hotline: { texts: /sms, calls: /voice } }\nsteps:\n${steps}`;

describe('play', () => {
  it('plays the story of a mask twice with an app that it starts, and prints a JSON document', async () => {
    for (const round of [1, 2]) {
      const { code, stdout, stderr } = await play(MASKING, '--json', '--app', origin, '--', ...serve());
      expect([round, code, stderr]).toEqual([
        round,
        0,
        expect.stringContaining('nobody saw the number of owner'),
      ]);
      const report = playReportSchema.parse(JSON.parse(stdout));
      expect(report).toMatchObject({ passed: true, error: null, hops: [] });
      expect(new Set(report.steps.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
      expect(Object.keys(report.numbers)).toEqual(['owner', 'Ann', 'Bob', 'mask']);
    }
  });

  it('plays a story with a running serve, and shows each step', async () => {
    await workspace.run(['init', '--sandbox', '--yes', '--public-url', origin]);
    const args = ['serve', '--yes', '--port', new URL(origin).port];
    const { child } = await startServer(workspace, args, /The relay is at/);
    const { code, stdout, stderr } = await play(MASKING);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/✓ {2}\d+ {2}Ann texts mask: Is the bike still there\? {2}\(\d+ ms\)\n/);
    expect(stdout).toMatch(/^ {4}owner \+1\d{10}, Ann \+1\d{10}, Bob \+1\d{10}, mask \+1\d{10}$/m);
    expect(child.isRunning()).toBe(true);
  });

  it('plays a story with any app, sends its output to stderr, and skips time', async () => {
    workspace.write('app.cjs', APP);
    workspace.write(
      'story.yaml',
      STORY(`  - { text: Hi, from: Ann, to: hotline }
  - { expect text: Ann, is: Got it, from: hotline }
  - { call: hotline, from: Ann }
  - { expect heard: Ann, is: Wait }
  - { advance: 10m }
  - { expect heard: Ann, is: Thanks }
`),
    );
    const app = [process.execPath, 'app.cjs', new URL(origin).port];
    const { code, stdout, stderr } = await play('story.yaml', '--app', origin, '--', ...app);
    expect([code, withoutWarning(stderr)]).toEqual([0, 'the app is there\n']);
    expect(stdout).toContain('Ann hears something that is "Thanks"');
    const phones = await workspace.run(['sandbox', 'phones', '--json']);
    expect(JSON.parse(phones.stdout)).toMatchObject({ phones: [{ texts: [{ body: 'Got it' }] }] });
  });

  it('plays the story of the Express example app', async () => {
    const { port } = new URL(origin);
    const app = ['--app', origin, '--', process.execPath, join(EXAMPLE, 'server.js')];
    const args = ['play', join(EXAMPLE, 'answering-machine.yaml'), ...app];
    const { code, stdout } = await workspace.run(args, { environment: { PORT: port } });
    expect(stdout).toContain('✓  43  friend hears something that is "Hello?"');
    expect(code).toBe(0);
  });

  it('exits with 6 if an expectation is not met, and shows what was found instead and the events before', async () => {
    workspace.write('app.cjs', APP);
    workspace.write(
      'story.yaml',
      STORY(`  - { text: Hi, from: Ann, to: hotline }
  - { expect text: Ann, is: Got them, within: 1s }
  - { call: hotline, from: Ann }
`),
    );
    const app = ['--app', origin, '--', process.execPath, 'app.cjs', new URL(origin).port];
    const { code, stdout, stderr } = await play('story.yaml', ...app);
    expect(code).toBe(6);
    expect(stdout).toMatch(
      /✗ {3}5 {2}Ann gets a text that is "Got them" .*\n {8}expected {2}.*\n {8}instead {3}Ann has "Got \[-them-\]\{\+it\+\}" from hotline\n/,
    );
    expect(stdout).toMatch(
      /Events since .*:\n.*phone texts .*\n(.*\n)+.*phone has it .*Got it\n.*text delivered .*\n$/,
    );
    expect(stdout).not.toContain('calls hotline');
    expect(stderr).toContain('Failed to verify in line 5 that Ann gets a text');
    const document = await play('story.yaml', '--json', ...app);
    expect(document.code).toBe(6);
    const report = playReportSchema.parse(JSON.parse(document.stdout));
    expect(report.steps.map(({ outcome }) => outcome)).toEqual(['passed', 'failed', 'skipped']);
    expect(report).toMatchObject({ passed: false, error: { kind: 'fault', exitCode: 6 } });
    expect(report.hops.map(({ kind }) => kind)).toContain('text.reached-phone');
  });

  it('plays nothing if the story has errors, and reports all of them', async () => {
    workspace.write('story.yaml', STORY('  - { txet: Hi, from: Ann }\n  - { call: hotline, from: Anne }\n'));
    const { code, stdout, stderr } = await play('story.yaml', '--', 'no-such-program');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('  story.yaml:4:7  there is no step "txet" (did you mean "text"?)\n');
    expect(stderr).toContain('  story.yaml:5:28  no phone is called "Anne" (did you mean "Ann"?)');
    expect(workspace.list()).toEqual(['story.yaml']);
    const document = await play('story.yaml', '--json');
    expect(JSON.parse(document.stdout)).toMatchObject({ error: { kind: 'usage', exitCode: 2 } });
    expect(await play('none.yaml')).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  });

  it('reports a missing app, token or manual clock', async () => {
    expect((await play(MASKING, '--app', origin)).stderr).toContain(
      'no token was kept or given for another app',
    );
    workspace.write('story.yaml', STORY('  - { advance: 5m }\n'));
    const ended = await play(
      'story.yaml',
      '--app',
      origin,
      '--',
      process.execPath,
      '-e',
      'process.exitCode = 7',
    );
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('it ended with 7 before it answered at http://');
    await startSandbox(workspace, '--port', '0');
    const real = await play('story.yaml');
    expect(real.code).toBe(3);
    expect(real.stderr).toContain('relay-phone sandbox --clock manual');
  });

  it('plays the story again with --watch after each change, even after a broken version, until Ctrl-C', async () => {
    workspace.write('story.yaml', STORY('  - { expect no text: Ann, within: 1ms }\n'));
    const watching = ['play', 'story.yaml', '--watch', '--json'];
    const { child } = await startServer(workspace, watching, /Watching story\.yaml/);
    const seen = async (pattern: RegExp) => {
      while (!pattern.test(child.output())) await sleep(20);
    };
    // A file that is renamed is complete, however long its writing takes.
    const replace = (text: string) => {
      workspace.write('next', text);
      renameSync(workspace.file('next'), workspace.file('story.yaml'));
    };
    replace('phones: x');
    await seen(/"phones" must be a map/);
    replace(STORY('  - { expect no call: Ann, within: 1ms }\n'));
    await seen(/Ann gets no call[\s\S]*Watching/);
    expect(await child.end('SIGINT')).toBe(130);
    const documents = child
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(documents.map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
      'command',
      'error',
      'command',
    ]);
  });

  it('restores the sandbox if it is interrupted', async () => {
    await startSandbox(workspace, '--port', '0');
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const { control } = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    workspace.write(
      'story.yaml',
      STORY('  - { fail: Messages, with: 503 }\n  - { expect text: Ann, within: 1h }\n'),
    );
    const { child } = await startServer(workspace, ['play', 'story.yaml'], /fails with 503/);
    expect(await control.faults()).toHaveLength(1);
    expect(await child.end('SIGINT')).toBe(130);
    expect(child.output()).not.toContain('bug');
    expect(await control.faults()).toEqual([]);
  });
});
