// A scene for tests: a sandbox, the official client, and an app behind a number, all gone when the test is.
import { onTestFinished } from 'vitest';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/create.js';
import type { SandboxEvent } from '../../src/sandbox/platform/events/event.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, twiml, type WebhookApp } from './webhook-app.js';

/** The number that the app is behind. */
export const NUMBER = '+12025550100';
/** A phone that calls or texts it. */
export const CALLER = '+12125550190';
/** The phone of whoever the number belongs to. */
export const REAL = '+13015550195';

/** What a test has to work with. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  readonly numberSid: string;
  /** Says what TwiML the app answers to each path, the rest with an empty document. */
  answer(documents: Readonly<Record<string, string>>): void;
  /** The codes of all alerts, oldest first. */
  alertCodes(): Promise<string[]>;
  /** What a phone has heard in all its calls. */
  heard(phone: string): string[];
  /** The paths that were called, in order. */
  paths(): string[];
}

/** Sets a scene: `/voice` and `/status` are what the number calls. */
export async function setScene(options: SandboxOptions = {}): Promise<Scene> {
  const sandbox = await createSandbox(options);
  const client = createSandboxClient(sandbox);
  const app = await startApp(sandbox.authToken);
  onTestFinished(async () => {
    await sandbox.close();
    await app.close();
  });
  const { sid } = await client.incomingPhoneNumbers.create({
    phoneNumber: NUMBER,
    voiceUrl: `${app.origin}/voice`,
    statusCallback: `${app.origin}/status`,
  });
  return {
    sandbox,
    client,
    app,
    numberSid: sid,
    answer: (documents) =>
      app.answer(({ path }) => twiml(`<Response>${documents[path.split('?')[0] ?? ''] ?? ''}</Response>`)),
    alertCodes: async () =>
      (await client.monitor.v1.alerts.list()).map(({ errorCode }) => errorCode).reverse(),
    heard: (phone) =>
      sandbox
        .phone(phone)
        .calls()
        .flatMap((call) => call.heard.map(({ content }) => content)),
    paths: () => app.calls.map(({ path }) => path),
  };
}

/** Whether an event says that two legs are connected. */
export function isConnected({ kind }: SandboxEvent): boolean {
  return kind === 'call.connected';
}
