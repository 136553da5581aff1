// Plays stories in the process of the test, with a new sandbox and app.
import { onTestFinished } from 'vitest';
import { createControlClient } from '../../src/sandbox/control/client.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/create.js';
import { type PlayResult, playStory } from '../../src/scenarios/play.js';
import type { PlayedStep, StoryApp, StoryPorts } from '../../src/scenarios/ports.js';
import { readStory } from '../../src/scenarios/read-story.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, twiml, type WebhookApp } from './webhook-app.js';

/** The sandbox and app for a story. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  readonly ports: StoryPorts;
  /** Sets the TwiML that the app answers to each path; all other paths get an empty document. */
  answer(documents: Readonly<Record<string, string>>): void;
  /** Plays a story whose only number, `number`, has the webhooks `/texts` and `/calls` of the app. */
  play(steps: string, phones?: string): Promise<PlayResult>;
  /** Returns what plays it with other ports. */
  playWith(ports: StoryPorts): Stage['play'];
}

/** An app without masks and owners. */
const NOBODYS: StoryApp = {
  findOwner: async () => undefined,
  takeMask: () => Promise.reject(new Error('there are no masks')),
  block: () => Promise.reject(new Error('there is nobody')),
};

/** Starts them; they end with the test. */
export async function setStage(options: SandboxOptions = {}): Promise<Stage> {
  const sandbox = await createSandbox(options);
  const client = createSandboxClient(sandbox);
  const app = await startApp(sandbox.authToken);
  onTestFinished(async () => {
    await sandbox.close();
    await app.close();
  });
  const locate = (path: string | undefined) => path && app.origin + path;
  const ports: StoryPorts = {
    control: createControlClient(sandbox),
    app: NOBODYS,
    account: {
      listOwned: async () => (await client.incomingPhoneNumbers.list()).map(({ phoneNumber }) => phoneNumber),
      buy: async ({ texts, calls }) => {
        const [smsUrl, voiceUrl] = [locate(texts), locate(calls)];
        const phoneNumber = '+12025550100';
        await client.incomingPhoneNumbers.create({
          phoneNumber,
          ...(smsUrl && { smsUrl }),
          ...(voiceUrl && { voiceUrl }),
        });
        return phoneNumber;
      },
      release: async (phoneNumber) => {
        const [owned] = await client.incomingPhoneNumbers.list({ phoneNumber });
        if (owned) await client.incomingPhoneNumbers(owned.sid).remove();
      },
    },
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)),
  };
  const playWith =
    (own: StoryPorts): Stage['play'] =>
    (steps, phones = '{ Ann: , Bob: }') => {
      const head = `phones: ${phones}\nnumbers:\n  number: { texts: /texts, calls: /calls }\nsteps:\n`;
      return playStory(readStory(head + steps, 'story.yaml'), own);
    };
  return {
    sandbox,
    client,
    app,
    ports,
    answer: (documents) =>
      app.answer(({ path }) => twiml(`<Response>${documents[path.split('?')[0] ?? ''] ?? ''}</Response>`)),
    play: playWith(ports),
    playWith,
  };
}

/** Returns the outcome of each step. */
export function outcomes({ steps }: PlayResult): string[] {
  return steps.map(({ outcome }: PlayedStep) => outcome);
}
