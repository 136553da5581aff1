// A scene for `smoke`: the built CLI, a sandbox in Twilio's place, and a Relay-like app.
import { expect, onTestFinished } from 'vitest';
import { type SmokeReport, smokeReportSchema } from '../../../src/reports.js';
import { createSandbox } from '../../../src/sandbox/create.js';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import { DEADLINE } from '../deadline.js';
import { answerLikeRelay } from '../doctor/relay-like.js';
import { createTwilioEdge, type TwilioEdgeOptions } from '../twilio-edge.js';
import { startApp, type WebhookApp } from '../webhook-app.js';
import { createWorkspace, type Workspace } from '../workspace.js';

/** The live credentials of the account, and its test credentials. */
export const [LIVE, TEST] = [
  { sid: `AC${'1a'.repeat(16)}`, authToken: '0123456789abcdef0123456789abcdef' },
  { sid: `AC${'2b'.repeat(16)}`, authToken: 'fedcba9876543210fedcba9876543210' },
] as const;

/** A time limit that even a slow machine keeps. */
const LIMIT = ['--timeout', String(DEADLINE / 1000)];

/** The auth token of the scene's app. */
export const APP_TOKEN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

/** Returns the environment variables of test credentials. */
export function testPair({
  sid,
  authToken,
}: {
  readonly sid: string;
  readonly authToken: string;
}): Record<string, string> {
  return { TWILIO_TEST_ACCOUNT_SID: sid, TWILIO_TEST_AUTH_TOKEN: authToken };
}

/** The result of one run. */
export interface Smoked {
  readonly code: number | null;
  readonly report: SmokeReport;
  readonly stderr: string;
  /** The ids of the checks with a fault. */
  readonly faults: readonly string[];
}

/** A test account and an app that pass all checks. */
export interface SmokeScene {
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  readonly app: WebhookApp;
  /** The environment that leads to the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `smoke --json`; `args` may set another time limit. Default environment: the test credentials and the app's token. */
  smoke(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Smoked>;
}

/** Sets up the scene, until the test has finished. */
export async function setSmokeScene(edge: TwilioEdgeOptions = {}): Promise<SmokeScene> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const sandbox = await createSandbox({ account: LIVE, testCredentials: TEST });
  onTestFinished(sandbox.close);
  const twilio = await createTwilioEdge(sandbox.origin, edge);
  onTestFinished(twilio.close);
  const app = await startApp(APP_TOKEN);
  onTestFinished(app.close);
  app.answer(answerLikeRelay({ authToken: APP_TOKEN }));
  const usual = { ...testPair(TEST), TWILIO_AUTH_TOKEN: APP_TOKEN };
  return {
    workspace,
    sandbox,
    app,
    environment: twilio.environment,
    smoke: async (args, own = usual) => {
      const environment = { ...twilio.environment, ...own };
      const { code, stdout, stderr } = await workspace.run(['smoke', '--json', ...LIMIT, ...args], {
        environment,
      });
      for (const secret of [LIVE.authToken, TEST.authToken, APP_TOKEN])
        expect(stdout + stderr).not.toContain(secret);
      expect(stdout, stderr).not.toBe('');
      expect(stderr).not.toContain('Warning');
      const report = smokeReportSchema.parse(JSON.parse(stdout));
      const faults = report.checks.filter(({ state }) => state === 'fault').map(({ id }) => id);
      return { code, report, stderr, faults };
    },
  };
}
