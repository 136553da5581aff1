// A scene for most faults: a sandbox that is set up, and a Relay-like app that gets its webhooks.
import { onTestFinished } from 'vitest';
import { OWN_AGENT } from '../../../src/http/user-agents.js';
import { serveSandbox } from '../../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import { AUTHORITY, createCertificate } from '../authority.js';
import { DEADLINE } from '../deadline.js';
import { openOwnStateFolder } from '../own-state-folder.js';
import { copyPackage } from '../package-copy.js';
import { createSandboxClient } from '../sandbox-client.js';
import { startApp, type WebhookApp } from '../webhook-app.js';
import { createWorkspace, type RunOptions, type Workspace } from '../workspace.js';
import { type Look, look } from './look.js';
import { answerLikeRelay } from './relay-like.js';

/** A sandbox and a Relay-like app, set up so that `doctor` finds nothing. */
export interface SandboxScene {
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  /** The main number and the SIDs of the account's number and TwiML app. */
  readonly main: string;
  readonly mainSid: string;
  readonly applicationSid: string;
  /** The environment of `doctor`. */
  readonly environment: Record<string, string>;
  /** Sets keys of `.env`; undefined removes one. */
  setEnv(values: Readonly<Record<string, string | undefined>>): void;
  /** Runs `init` again with another public base. */
  moveTo(publicBase: string): Promise<void>;
  /** Starts an https server on this machine that the CLI trusts. Default: it answers like Relay. */
  startPublicBase(how?: Parameters<WebhookApp['answer']>[0]): Promise<WebhookApp>;
  /** Copies the package without some of its files, and returns the path of its CLI. */
  copyPackage(without: readonly string[]): string;
  look(args?: readonly string[], options?: RunOptions): Promise<Look>;
}

/** Sets up the scene, until the test has finished. */
export async function setSandboxScene(): Promise<SandboxScene> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(sandbox.close);
  const app = await startApp(sandbox.authToken);
  onTestFinished(app.close);
  app.answer(answerLikeRelay({ authToken: sandbox.authToken }));
  const moveTo = async (publicBase: string) => {
    await workspace.run(['init', '--sandbox', '--yes', '--public-url', publicBase]);
  };
  await moveTo(app.origin);
  // Requests of the test are not those of the app.
  const client = createSandboxClient(sandbox, [OWN_AGENT]);
  const [number] = await client.incomingPhoneNumbers.list();
  const [twimlApp] = await client.applications.list();
  const environment: Record<string, string> = {};
  const secrets = [sandbox.authToken, sandbox.testCredentials.authToken, sandbox.controlToken];
  return {
    workspace,
    sandbox,
    client,
    app,
    main: number?.phoneNumber ?? '',
    mainSid: number?.sid ?? '',
    applicationSid: twimlApp?.sid ?? '',
    environment,
    setEnv: (values) => setEnv(workspace, values),
    moveTo,
    startPublicBase: async (how) => {
      environment.NODE_EXTRA_CA_CERTS = AUTHORITY;
      const certificate = await createCertificate();
      const server = await startApp(sandbox.authToken, { ...certificate, host: 'localhost' });
      onTestFinished(server.close);
      server.answer(how ?? answerLikeRelay({ authToken: sandbox.authToken, origin: server.origin }));
      return server;
    },
    copyPackage: (without) => copyPackage(workspace.file('package'), without),
    look: (args = ['--app', app.origin], options = {}) =>
      look(workspace, args, { ...options, secrets, environment: { ...environment, ...options.environment } }),
  };
}

/** Sets keys of `.env`; undefined removes one. */
export function setEnv(workspace: Workspace, values: Readonly<Record<string, string | undefined>>): void {
  const kept = workspace
    .read('.env')
    .split('\n')
    .filter((line) => line !== '' && !Object.keys(values).includes(line.split('=')[0] ?? ''));
  const added = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  workspace.write('.env', `${[...kept, ...added].join('\n')}\n`);
}
