// A scene for faults of a real account: the built CLI in live mode, with a sandbox in Twilio's place.
import { onTestFinished } from 'vitest';
import { createSandbox } from '../../../src/sandbox/create.js';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.js';
import { webhooksUnder } from '../../../src/setup/webhooks.js';
import { createSandboxClient } from '../sandbox-client.js';
import { createTwilioEdge, type TwilioEdgeOptions } from '../twilio-edge.js';
import { startApp, type WebhookApp } from '../webhook-app.js';
import { createWorkspace, type RunOptions, type Workspace } from '../workspace.js';
import { type Look, look } from './look.js';
import { answerLikeRelay, type RelayLike } from './relay-like.js';
import { setEnv } from './sandbox-scene.js';

const SID = `AC${'1a'.repeat(16)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const HOST = 'relay.example.com';

/** The public base of the scene. */
export const LIVE_BASE = `https://${HOST}`;

/** Twilio's test credentials in the scene. */
export const TEST_CREDENTIALS = {
  sid: `AC${'2b'.repeat(16)}`,
  authToken: 'fedcba9876543210fedcba9876543210',
} as const;

/** How the account differs from a working one. */
export interface LiveOptions extends Pick<TwilioEdgeOptions, 'alter'> {
  readonly account?: SandboxOptions['account'];
  /** The main number. Default a local US number. */
  readonly number?: string;
  /** Whether the number is in a Messaging Service with a campaign. Default true. */
  readonly isRegistered?: boolean;
}

/** A Twilio account and a Relay-like app, set up so that `doctor` finds nothing. */
export interface LiveScene {
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  readonly number: string;
  readonly applicationSid: string;
  /** Changes how the app checks signatures. */
  relay(app: Partial<RelayLike>): void;
  setEnv(values: Readonly<Record<string, string | undefined>>): void;
  look(args?: readonly string[], options?: RunOptions): Promise<Look>;
}

/** Sets up the scene, until the test has finished. */
export async function setLiveScene(options: LiveOptions = {}): Promise<LiveScene> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const sandbox = await createLiveAccount(options);
  onTestFinished(sandbox.close);
  const app = await startApp(TOKEN);
  onTestFinished(app.close);
  const relay = (one: Partial<RelayLike>) => app.answer(answerLikeRelay({ authToken: TOKEN, ...one }));
  relay({});
  const { alter } = options;
  const tunnel = { host: HOST, origin: app.origin };
  const edge = await createTwilioEdge(sandbox.origin, {
    tunnel,
    ...(alter && { alter }),
  });
  onTestFinished(edge.close);
  const client = createSandboxClient(sandbox);
  const [twimlApp] = await client.applications.list();
  const [number] = await client.incomingPhoneNumbers.list();
  workspace.write('.env', '');
  const set = (values: Parameters<LiveScene['setEnv']>[0]) => setEnv(workspace, values);
  set({
    TWILIO_ACCOUNT_SID: SID,
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_MAIN_NUMBER: number?.phoneNumber,
    TWILIO_SMS_APPLICATION_SID: twimlApp?.sid,
    ALLOWED_HOSTS: `${HOST},127.0.0.1,localhost`,
    SITE_ORIGIN: LIVE_BASE,
    PHONES_ENABLED: 'True',
    SUBSCRIPTIONS_WITH_PHONE: 'relay-phones',
  });
  const secrets = [TOKEN, TEST_CREDENTIALS.authToken];
  return {
    workspace,
    sandbox,
    client,
    app,
    number: number?.phoneNumber ?? '',
    applicationSid: twimlApp?.sid ?? '',
    relay,
    setEnv: set,
    look: (args = ['--app', app.origin], run = {}) =>
      look(workspace, args, { ...run, secrets, environment: { ...edge.environment, ...run.environment } }),
  };
}

/** Returns an account with a number and a TwiML app. An account that may not buy gets a snapshot of one that may. */
async function createLiveAccount({
  account = {},
  number,
  isRegistered = true,
}: LiveOptions): Promise<Sandbox> {
  const cannotBuy = account.status !== undefined || account.type !== undefined;
  const { status: _status, type: _type, ...working } = account;
  const sandbox = await createAccount(cannotBuy ? working : account);
  const client = createSandboxClient(sandbox);
  const phoneNumber = number ?? '+12025550100';
  const bought = await client.incomingPhoneNumbers.create({ phoneNumber });
  await client.applications.create({ friendlyName: 'Relay', ...webhooksUnder(LIVE_BASE) });
  if (isRegistered) {
    const { services } = client.messaging.v1;
    const { sid } = await services.create({ friendlyName: 'Campaign', useInboundWebhookOnNumber: true });
    await services(sid).phoneNumbers.create({ phoneNumberSid: bought.sid });
  }
  if (!cannotBuy) return sandbox;
  const snapshot = sandbox.snapshot();
  await sandbox.close();
  const other = await createAccount(account);
  other.restore(snapshot);
  return other;
}

function createAccount(account: SandboxOptions['account']): Promise<Sandbox> {
  return createSandbox({
    account: { sid: SID, authToken: TOKEN, ...account },
    testCredentials: TEST_CREDENTIALS,
  });
}
