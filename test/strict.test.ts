// `--strict` with the built CLI: commands fail if an app asks for something of Twilio that the sandbox lacks.
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { callReportSchema, execReportSchema, playReportSchema, textReportSchema } from '../src/reports.js';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { NUMBER, setUpApp } from './support/app-behind-number.js';
import { DEADLINE } from './support/deadline.js';
import { findOrigin } from './support/find-port.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startSandbox } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { twiml } from './support/webhook-app.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const SDK = resolve(import.meta.dirname, '../node_modules/twilio');
const LACKS_CONVERSATIONS = 'not in the sandbox: Conversations (conversations.twilio.com)';

/** A program that asks for a conversation with the official SDK, and ends with the code that it is given. */
const PROGRAM = `
const { env, argv } = process;
const client = require(${JSON.stringify(SDK)})(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
client.conversations.v1.conversations.create({}).catch(({ code }) => {
  console.log(code);
  process.exitCode = Number(argv[2] ?? 0);
});
`;

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  workspace.write('program.cjs', PROGRAM);
});

const exec = (...args: string[]) =>
  workspace.run(['exec', ...args.slice(0, -1), '--', process.execPath, 'program.cjs', args.at(-1) ?? '']);

describe('exec --strict', () => {
  it('ends with 6 if the program asked for something that is missing, and says what asked for it', async () => {
    const { code, stdout, stderr } = await exec('--strict', '0');
    expect([code, stdout]).toEqual([6, '20404\n']);
    expect(stderr).toContain(`    ! ${LACKS_CONVERSATIONS}\n`);
    expect(stderr).toContain(`    ✗ ${LACKS_CONVERSATIONS}, asked for by POST /v1/Conversations\n`);
    // Its sandbox has ended, and the traces with it.
    expect(stderr).not.toContain('sandbox traces');
  });

  it('keeps the exit code of a program that failed itself, and lists what is missing', async () => {
    const { code, stderr } = await exec('--strict', '7');
    expect(code).toBe(7);
    expect(stderr).toContain(`    ✗ ${LACKS_CONVERSATIONS}, asked for`);
  });

  it('lists what is missing in its JSON document, and ends with 0 without --strict', async () => {
    const { code, stdout, stderr } = await exec('--json', '0');
    expect(code).toBe(0);
    expect(execReportSchema.parse(JSON.parse(stdout))).toMatchObject({
      exitCode: 0,
      unsupported: [{ name: 'Conversations', askedIn: 'request', method: 'POST', url: '/v1/Conversations' }],
    });
    expect(stderr).not.toContain('✗');
    const strict = await exec('--strict', '--json', '0');
    expect([strict.code, JSON.parse(strict.stdout)]).toMatchObject([6, { exitCode: 0, unsupported: [{}] }]);
  });

  it('ends with 0 if nothing was missing', async () => {
    const { code, stderr } = await workspace.run(['exec', '--strict', '--', process.execPath, '-e', '0']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('✗')]);
  });

  it('refuses --print-env, which runs no program', async () => {
    expect((await workspace.run(['exec', '--strict', '--print-env'])).code).toBe(2);
  });
});

describe('sandbox --strict', () => {
  it('shows what is missing at once, makes exec fail, and ends with 6 when it is stopped', async () => {
    const sandbox = await startSandbox(workspace, '--strict', '--port', '0');
    const { code, stderr } = await exec('0');
    expect(code).toBe(6);
    // The trace can still be looked at.
    const [, id = ''] = /Try: relay-phone sandbox traces (\d+)\n/.exec(stderr) ?? [];
    await expect
      .poll(sandbox.output, { timeout: DEADLINE })
      .toContain(
        `    ✗ ${LACKS_CONVERSATIONS}, asked for by POST /v1/Conversations\n        Try: relay-phone sandbox traces ${id}\n`,
      );
    const trace = await workspace.run(['sandbox', 'traces', id]);
    expect(trace.stdout).toContain('unsupported');
    expect(await sandbox.end('SIGTERM')).toBe(6);
    await sandbox.exited;
    expect(sandbox.output()).toContain('    ✗ asked for, and not in the sandbox: Conversations\n');
  });

  it('counts only what was asked for during exec', async () => {
    await startSandbox(workspace, '--strict', '--port', '0');
    expect((await exec('0')).code).toBe(6);
    expect((await workspace.run(['exec', '--', process.execPath, '-e', '0'])).code).toBe(0);
  });

  it('ends with 130 if nothing was missing, and so does a sandbox that is not strict', async () => {
    const strict = await startSandbox(workspace, '--strict', '--port', '0');
    expect(await strict.end('SIGINT')).toBe(130);
    const usual = await startSandbox(workspace, '--port', '0');
    expect((await exec('0')).code).toBe(0);
    await expect.poll(usual.output, { timeout: DEADLINE }).toContain(`    ! ${LACKS_CONVERSATIONS}\n`);
    expect(await usual.end('SIGINT')).toBe(130);
  });
});

describe('text, call and phone', () => {
  const PHONE = '+12125550190';
  const numbers = ['--from', PHONE, '--to', NUMBER];

  /** Starts an app that asks for a conversation when it gets a text, and says what it cannot say when it is called. */
  async function setUp(...flags: string[]) {
    await startSandbox(workspace, ...flags, '--port', '0');
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const joined = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    const client = createSandboxClient(joined);
    const texted = await setUpApp(workspace, 'smsUrl', '/sms');
    const [owned] = await client.incomingPhoneNumbers.list();
    await owned?.update({ voiceUrl: `${texted.origin}/voice` });
    texted.answer(async ({ path }) => {
      if (path === '/voice') return twiml('<Response><Connect/><Hangup/></Response>');
      await client.conversations.v1.conversations.create({}).catch(() => undefined);
      return twiml('<Response><Message>Done</Message></Response>');
    });
    return texted;
  }

  it('end with 6 in a strict sandbox if their act met something that is missing', async () => {
    const app = await setUp('--strict');
    const text = await workspace.run(['text', ...numbers, 'Hello']);
    expect(text.code).toBe(6);
    expect(text.stdout).toContain(`    ✗ ${LACKS_CONVERSATIONS}, asked for by POST /v1/Conversations\n`);
    expect(text.stdout).toMatch(/Try: relay-phone sandbox traces \d+\n/);
    const json = await workspace.run(['text', ...numbers, '--json', 'Hello']);
    expect(json.code).toBe(6);
    expect(textReportSchema.parse(JSON.parse(json.stdout))).toMatchObject({
      succeeded: true,
      unsupported: [{ name: 'Conversations', method: 'POST' }],
    });
    const call = await workspace.run(['call', ...numbers]);
    expect(call.code).toBe(6);
    expect(call.stdout).toContain(
      `    ✗ not in the sandbox: <Connect>, in the TwiML of POST ${app.origin}/voice\n`,
    );
    const phone = await workspace.run(['phone', PHONE, '--to', NUMBER], { input: 'Hello\n' });
    expect([phone.code, phone.stdout]).toEqual([
      6,
      expect.stringContaining('not in the sandbox: Conversations'),
    ]);
  });

  it('end with 0 in a sandbox that is not strict, and list what is missing in their JSON documents', async () => {
    const app = await setUp();
    expect((await workspace.run(['text', ...numbers, 'Hello'])).code).toBe(0);
    const call = await workspace.run(['call', ...numbers, '--json']);
    expect(call.code).toBe(0);
    expect(callReportSchema.parse(JSON.parse(call.stdout))).toMatchObject({
      unsupported: [{ name: '<Connect>', askedIn: 'twiml', url: `${app.origin}/voice` }],
    });
    const phone = await workspace.run(['phone', PHONE, '--to', NUMBER], { input: '/call\n' });
    expect(phone.code).toBe(0);
  });
});

describe('play --strict', () => {
  /** An app that asks for a conversation before it answers a text. */
  const APP = `
const { env, argv } = process;
const client = require(${JSON.stringify(SDK)})(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
require('node:http').createServer(async (request, response) => {
  if (request.url === '/sms') await client.conversations.v1.conversations.create({}).catch(() => undefined);
  response.writeHead(200, { 'Content-Type': 'text/xml' }).end('<Response/>');
}).listen(Number(argv[2]), '127.0.0.1');
`;

  async function play(steps: string, ...flags: string[]) {
    const origin = await findOrigin();
    workspace.write('app.cjs', APP);
    const head = 'story: Ann asks\nphones: { Ann: }\nnumbers: { shop: { texts: /sms } }\nsteps:\n';
    workspace.write('story.yaml', `${head}  - { text: Hi, from: Ann, to: shop }\n${steps}`);
    const app = ['--app', origin, '--', process.execPath, 'app.cjs', new URL(origin).port];
    return workspace.run(['play', 'story.yaml', ...flags, ...app]);
  }

  it('fails if the app asks for something that no step expects, and says which step would', async () => {
    const { code, stdout, stderr } = await play('', '--strict');
    expect(code).toBe(6);
    expect(stdout).toMatch(/✓ {3}5 {2}Ann texts shop: Hi/);
    expect(stdout).toContain(`    ✗ ${LACKS_CONVERSATIONS}, asked for by POST /v1/Conversations\n`);
    expect(stderr).toContain('no step expects it: Conversations (conversations.twilio.com).\n');
    expect(stderr).toContain('Try: expect unsupported: Conversations, as a step');
  });

  it('passes if a step expects it, and its JSON document says so', async () => {
    const { code, stdout } = await play('  - expect unsupported: Conversations\n', '--strict', '--json');
    expect(code).toBe(0);
    expect(playReportSchema.parse(JSON.parse(stdout))).toMatchObject({
      passed: true,
      unsupported: [{ name: 'Conversations', isExpected: true }],
    });
  });

  it('is what play does in a strict sandbox, and without both it only warns', async () => {
    const { code, stdout } = await play('');
    expect([code, stdout]).toEqual([0, expect.stringContaining(`    ! ${LACKS_CONVERSATIONS}, asked for`)]);
    await startSandbox(workspace, '--strict', '--port', '0');
    expect((await play('')).code).toBe(6);
  });
});
