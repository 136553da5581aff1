// Sets up a voice test: a sandbox, the official client, and an app behind a number, which all end with the test.
import { onTestFinished } from 'vitest';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/create.js';
import type { SandboxEvent } from '../../src/sandbox/platform/events/event.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, twiml, type WebhookApp } from './webhook-app.js';

/** The number of the app. */
export const NUMBER = '+12025550100';
/** A phone that calls or texts it. */
export const CALLER = '+12125550190';
/** The phone of the owner of the number. */
export const REAL = '+13015550195';

/** The parts of a voice test. */
export interface VoiceSetup {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  readonly numberSid: string;
  /** Sets the TwiML that the app answers to each path; all other paths get an empty document. */
  answer(documents: Readonly<Record<string, string>>): void;
  /** Returns the codes of all alerts, oldest first. */
  alertCodes(): Promise<string[]>;
  /** Returns what a phone has heard in all its calls. */
  heard(phone: string): string[];
  /** Returns the paths of the app that were requested, in order. */
  paths(): string[];
}

/** Starts them; `/voice` and `/status` are the webhooks of the number. */
export async function setUpVoice(options: SandboxOptions = {}): Promise<VoiceSetup> {
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
