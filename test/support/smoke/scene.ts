// What smoke is tried in: the built CLI, a sandbox standing where Twilio would, and an app that is like Firefox Relay.
import { expect, onTestFinished } from 'vitest';
import { type SmokeReport, smokeReportSchema } from '../../../src/reports.js';
import { createSandbox } from '../../../src/sandbox/create.js';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import { answerLikeRelay } from '../doctor/relay-like.js';
import { createTwilioEdge, type TwilioEdgeOptions } from '../twilio-edge.js';
import { startApp, type WebhookApp } from '../webhook-app.js';
import { createWorkspace, type Workspace } from '../workspace.js';

/** The live pair of the account, and its test pair. */
export const [LIVE, TEST] = [
  { sid: `AC${'1a'.repeat(16)}`, authToken: '0123456789abcdef0123456789abcdef' },
  { sid: `AC${'2b'.repeat(16)}`, authToken: 'fedcba9876543210fedcba9876543210' },
] as const;

/** What the app of the scene checks signatures with. */
export const APP_TOKEN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

/** The variables of a pair of test credentials. */
export function testPair({
  sid,
  authToken,
}: {
  readonly sid: string;
  readonly authToken: string;
}): Record<string, string> {
  return { TWILIO_TEST_ACCOUNT_SID: sid, TWILIO_TEST_AUTH_TOKEN: authToken };
}

/** How one run ended. */
export interface Smoked {
  readonly code: number | null;
  readonly report: SmokeReport;
  readonly stderr: string;
  /** The ids of the checks that found something wrong. */
  readonly faults: readonly string[];
}

/** See the head of this file. */
export interface SmokeScene {
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  readonly app: WebhookApp;
  /** Leads to the sandbox; an entry that is undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `smoke --json`, with the test pair and the app's token unless other variables are given. */
  smoke(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Smoked>;
}

/** Sets it; gone when the test is. */
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
      const { code, stdout, stderr } = await workspace.run(['smoke', '--json', ...args], { environment });
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
