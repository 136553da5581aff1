// Follows the lines under "Next" from `init` to a text on a phone, with apps of Flask and Express and our small Relay.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { initReportSchema } from '../../src/reports.js';
import { DEADLINE } from '../support/deadline.js';
import { findPort } from '../support/find-port.js';
import { findPython, NO_FLASK } from '../support/find-python.js';
import { skipOnWindows } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

beforeEach(skipOnWindows);

const python = findPython('flask');

let workspace: Workspace;
let port: number;
beforeEach(async () => {
  workspace = createWorkspace();
  port = await findPort();
  // A shell finds relay-phone as a user's does.
  mkdirSync(workspace.file('bin'));
  workspace.write('bin/relay-phone', `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(workspace.file('bin/relay-phone'), 0o755);
});
afterEach(() => workspace.remove());

/** Types a line into a shell. */
function type(line: string) {
  const path = [workspace.file('bin'), dirname(process.execPath), process.env.PATH].join(':');
  const env = {
    PATH: path,
    HOME: workspace.path,
    XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME,
    NO_COLOR: '1',
  };
  const child = spawn('sh', ['-c', `exec ${line}`], {
    cwd: workspace.path,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([readAll(child.stdout), readAll(child.stderr)]).then((parts) => parts.join(''));
  return { child, output };
}

async function typeToEnd(line: string): Promise<string> {
  const { child, output } = type(line);
  const [code] = await once(child, 'exit');
  expect([code, line, code === 0 ? '' : await output]).toEqual([0, line, '']);
  return output;
}

/** Starts a program that runs until the end of the test, once it answers at the origin. */
async function typeAndKeep(line: string, origin: string): Promise<void> {
  const { child, output } = type(line);
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const answers = () =>
    fetch(origin).then(
      () => 'answers',
      () => undefined,
    );
  const over = ended.then(async () => `ended: ${await output}`);
  await expect.poll(() => Promise.race([answers(), over]), { timeout: DEADLINE }).toBe('answers');
}

/** Runs `init`, and returns the lines under "Next". */
async function init(...flags: string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await workspace.run(['init', '--sandbox', '--yes', '--json', ...flags]);
  const { next } = initReportSchema.parse(JSON.parse(stdout));
  // On the screen each line stands by itself.
  for (const line of next) expect(stderr.split('\n')).toContain(`    ${line}`);
  return next;
}

it('with an app of Flask, whose path for texts is found', async ({ skip }) => {
  skip(python === undefined, NO_FLASK);
  workspace.write(
    'app.py',
    `from flask import Flask
app = Flask(__name__)
@app.post("/sms")
def sms():
    return "<Response><Message>from Flask</Message></Response>", {"Content-Type": "text/xml"}
`,
  );
  symlinkSync(resolve(python ?? '', '../..'), workspace.file('.venv'));
  const origin = `http://127.0.0.1:${port}`;
  const [start = '', point = '', text = ''] = await init('--public-url', origin);
  expect(start).toBe(`relay-phone exec -- .venv/bin/python -m flask run --port ${port}`);
  await typeAndKeep(start, origin);
  await typeToEnd(point);
  expect(await typeToEnd(text)).toContain('phone has it    +12025550190 from +12025550100: from Flask');
});

it('with an app of Express, at the port that its source names', async () => {
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), workspace.file('node_modules'));
  workspace.write('package.json', JSON.stringify({ scripts: { start: 'node app.cjs' } }));
  workspace.write(
    'app.cjs',
    `const app = require('express')();
app.post('/sms', (_request, response) => response.type('text/xml').send('<Response><Message>from Express</Message></Response>'));
app.listen(${port}, '127.0.0.1');
`,
  );
  const [start = '', point = '', text = ''] = await init();
  expect(start).toBe('relay-phone exec -- npm start');
  await typeAndKeep(start, `http://127.0.0.1:${port}`);
  await typeToEnd(point);
  expect(await typeToEnd(text)).toContain('phone has it    +12025550190 from +12025550100: from Express');
});

it('without an app, through our small Relay', async () => {
  const [serve = '', , text = ''] = await init();
  await typeAndKeep(`${serve} --port ${port}`, `http://127.0.0.1:${port}`);
  expect(await typeToEnd(text)).toMatch(
    /phone has it {4}\+12025550190 from \+12025550100: \[Relay 📲 \+12025550191\] Hello/,
  );
});
