// Set-up of the `send-test` tests: a sandbox after `init`, and an app that answers like Firefox Relay.
import { expect, onTestFinished } from 'vitest';
import { type SendTestReport, sendTestReportSchema } from '../../src/reports.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { DEADLINE } from './deadline.js';
import { openOwnStateFolder } from './own-state-folder.js';
import { APP_TOKEN, type RelayApp, startRelayApp } from './relay-app.js';
import { createWorkspace, type Ended, type RunOptions, type Workspace } from './workspace.js';

/** The default phone of the sandbox, to which `init` has sent one text. */
export const PHONE = '+12025550190';

/** The parts of a `send-test` test. */
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
  /** Returns the requests that the app received. */
  names(): string[];
}

/** Runs `init` in a new workspace, and starts the sandbox and the app; all end with the test. */
export async function setUpSendTest(): Promise<SendTestScene> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
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

/** Returns the report that a run printed. */
export function readReport({ stdout }: Ended): SendTestReport {
  return sendTestReportSchema.parse(JSON.parse(stdout));
}
