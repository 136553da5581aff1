// What the tests of `send-test` start from: a sandbox that was set up, and an app that answers as Firefox Relay does.
import { expect, onTestFinished } from 'vitest';
import { type SendTestReport, sendTestReportSchema } from '../../src/reports.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { openStateFolder } from '../../src/state/folder.js';
import { DEADLINE } from './deadline.js';
import { APP_TOKEN, type RelayApp, startRelayApp } from './relay-app.js';
import { createWorkspace, type Ended, type RunOptions, type Workspace } from './workspace.js';

/** The phone of the sandbox; `init` has texted it once. */
export const PHONE = '+12025550190';

/** See the head of this file. */
export interface SendTestScene {
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  readonly app: RelayApp;
  /** The main number. */
  readonly main: string;
  /** Runs `send-test` with the app's token in the environment, which must never be shown. */
  sendTest(...args: string[]): Promise<Ended>;
  /** The same with `--app`. */
  ask(...args: string[]): Promise<Ended>;
  /** The same, with the lines of progress. */
  watch(...args: string[]): Promise<Ended>;
  /** What the app was asked. */
  names(): string[];
}

/** Sets it up. */
export async function setUpSendTest(): Promise<SendTestScene> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openStateFolder(workspace.file('.relay-phone'));
  const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(sandbox.close);
  await workspace.run(['init', '--sandbox', '--yes']);
  const main = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
  const app = await startRelayApp(sandbox, main);
  const run = async (args: readonly string[], options: RunOptions = {}) => {
    const environment = { RELAY_PHONE_API_TOKEN: APP_TOKEN };
    const ended = await workspace.run(['send-test', ...args], { environment, ...options });
    expect(ended.stdout + ended.stderr).not.toContain(APP_TOKEN);
    return ended;
  };
  return {
    workspace,
    sandbox,
    app,
    main,
    sendTest: (...args) => run(args),
    ask: (...args) => run(['--app', app.origin, ...args]),
    watch: (...args) => run(['--app', app.origin, ...args], { keepsProgress: true }),
    names: () => app.asked.map(({ name }) => name),
  };
}

/** The document that a run printed. */
export function readReport({ stdout }: Ended): SendTestReport {
  return sendTestReportSchema.parse(JSON.parse(stdout));
}
