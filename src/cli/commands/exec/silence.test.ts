// The warning of `exec` that nothing answers where the sandbox will reach the app.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../../../test/support/deadline.js';
import { findPort } from '../../../../test/support/find-port.js';
import { createTestContext } from '../../../../test/support/in-process.js';
import { isWindows, NO_POSIX } from '../../../../test/support/skips.js';
import { createWorkspace, type Workspace } from '../../../../test/support/workspace.js';
import { type StartedProgram, startProgram } from '../../../programs/start.js';
import { createControlClient } from '../../../sandbox/control/client.js';
import { createSandbox } from '../../../sandbox/create.js';
import { openCommandContext } from '../../core/command-context.js';
import { type SilenceWatch, watchSilence } from './silence.js';

const LISTEN = 'require("http").createServer().listen(Number(process.argv[1]), "127.0.0.1")';
const WAIT = 'process.stdin.resume()';

let workspace: Workspace;
let output: PassThrough;
beforeEach(() => {
  workspace = createWorkspace();
  output = new PassThrough();
});
afterEach(() => workspace.remove());

const shown = () => String(output.read() ?? '');

async function start(code: string, ...args: string[]): Promise<StartedProgram> {
  const options = { command: 'exec', cwd: workspace.path, environment: {}, json: true, hasTerminal: false };
  const program = await startProgram([process.execPath, '-e', code, ...args], options);
  onTestFinished(program.stop);
  return program;
}

/** A sandbox in which nothing happens. */
const QUIET = { watch: () => new Promise<void>(() => undefined) };

/** Starts the watch, which looks at once. */
async function watch(
  program: Pick<StartedProgram, 'tree'>,
  origin: string,
  { command = ['node', 'app.js'], control = QUIET }: Partial<SilenceWatch> = {},
): Promise<() => void> {
  const ports = createTestContext({ stdout: output, cwd: workspace.path });
  const context = await openCommandContext(ports, {});
  const stop = watchSilence({ context, control, origin, command, delayMs: 0 }, program);
  onTestFinished(stop);
  return stop;
}

const nextLine = () => expect.poll(shown, { timeout: DEADLINE });

it('names the origin, the port at which the program listens instead, and the line that fixes it', async ({
  skip,
}) => {
  skip(isWindows, NO_POSIX);
  const [origin, port] = [`http://127.0.0.1:${await findPort()}`, await findPort()];
  const program = await start(LISTEN, String(port));
  const isOpen = () =>
    new Promise((resolve) => connect(port, '127.0.0.1', () => resolve(true)).on('error', resolve));
  await expect.poll(isOpen, { timeout: DEADLINE }).toBe(true);
  await watch(program, origin);
  await nextLine().toMatch(
    new RegExp(
      `^ {4}! nothing answers at ${origin} 0 s after .*; it listens at port ${port}\\. .*ignore this\n.*Try: relay-phone exec --public-url http://127\\.0\\.0\\.1:${port} -- node app\\.js\n$`,
    ),
  );
});

it('keeps the account of a sandbox in .env, and says how that is moved', async () => {
  workspace.write('.env', 'TWILIO_ACCOUNT_SID=AC5a4db0c5000000000000000000000000\n');
  workspace.write('app.py', 'import flask\n');
  const port = await findPort();
  await watch(await start(WAIT), `http://127.0.0.1:${port}`, { command: ['flask', 'run'] });
  await nextLine().toMatch(
    new RegExp(
      `Try: relay-phone exec -- python3? -m flask run --port ${port}\n +relay-phone init --sandbox --public-url http://127\\.0\\.0\\.1:PORT, then`,
    ),
  );
});

it('says nothing if anything answers, if the program has ended, or if the origin is on another machine', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  workspace.write('manage.py', 'import django\n');
  const program = await start(WAIT);
  const command = ['./python3', 'manage.py', 'runserver', '0.0.0.0:1'];
  await watch(program, 'https://relay.example.com', { command });
  (await watch(program, `http://127.0.0.1:${await findPort()}`, { command }))();
  await watch(program, `http://127.0.0.1:${port}`, { command });
  await connected;
  // The others were started before this one, which warns.
  const last = `http://127.0.0.1:${await findPort()}`;
  await watch(program, last, { command });
  await once(output, 'readable');
  expect(shown()).toMatch(new RegExp(`^ {4}! nothing answers at ${last} `));
});

it('leaves a test suite alone, whose app has a port of its own, until a webhook for the origin is not delivered', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  let control = createControlClient(sandbox);
  // The first request loads the control API, which takes a busy machine longer than a client waits.
  const connect = async () => {
    control = createControlClient(sandbox);
    return (await control.account()).accountSid;
  };
  await expect.poll(connect, { timeout: DEADLINE }).toBe(sandbox.accountSid);
  const origin = `http://localhost:${await findPort()}`;
  workspace.write('manage.py', 'import django\n');
  const program = await start(LISTEN, '0');
  let reachesSandbox: () => void = () => undefined;
  const watched = new Promise<void>((resolve) => {
    reachesSandbox = resolve;
  });
  await watch(program, origin, {
    command: ['python3', 'manage.py', 'test'],
    control: {
      watch: (...args) => {
        reachesSandbox();
        return control.watch(...args);
      },
    },
  });
  await watched;
  expect(shown()).toBe('');
  const [own, apps] = ['+12025550100', '+12025550101'];
  sandbox.number(own, { sms: `http://127.0.0.1:${await findPort()}/sms` });
  sandbox.number(apps, { sms: `http://127.0.0.1:${new URL(origin).port}/sms` });
  const phone = sandbox.phone('+13015550190');
  let said = '';
  const textBoth = async () => {
    await phone.text(own, 'Hello');
    expect(said).toBe('');
    await phone.text(apps, 'Hello');
    said += shown();
    return said;
  };
  // The watch may not be connected at the first text.
  await expect
    .poll(textBoth, { timeout: DEADLINE })
    .toMatch(
      new RegExp(
        `^ {4}! nothing answers at ${origin}, and a webhook for it was not delivered\\. If it is the app`,
      ),
    );
  await phone.text(apps, 'Again');
  expect(shown()).toBe('');
});
