// A story for tests: played in this process, on a sandbox and an app of their own.
import { onTestFinished } from 'vitest';
import { createControlClient } from '../../src/sandbox/control/client.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/create.js';
import { type PlayResult, playStory } from '../../src/scenarios/play.js';
import type { PlayedStep, StoryApp, StoryPorts } from '../../src/scenarios/ports.js';
import { readStory } from '../../src/scenarios/read-story.js';
import { createSandboxClient } from './sandbox-client.js';
import { startApp, twiml, type WebhookApp } from './webhook-app.js';

/** Where stories are played. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly app: WebhookApp;
  readonly ports: StoryPorts;
  /** Says what TwiML the app answers to each path, the rest with an empty document. */
  answer(documents: Readonly<Record<string, string>>): void;
  /** Plays a story whose one number, `number`, leads to `/texts` and `/calls` of the app. */
  play(steps: string, phones?: string): Promise<PlayResult>;
}

/** An app without masks and owners. */
const NOBODYS: StoryApp = {
  findOwner: async () => undefined,
  takeMask: () => Promise.reject(new Error('there are no masks')),
  block: () => Promise.reject(new Error('there is nobody')),
};

/** Sets one up; all is gone when the test is. */
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
  return {
    sandbox,
    client,
    app,
    ports,
    answer: (documents) =>
      app.answer(({ path }) => twiml(`<Response>${documents[path.split('?')[0] ?? ''] ?? ''}</Response>`)),
    play: (steps, phones = '{ Ann: , Bob: }') => {
      const head = `phones: ${phones}\nnumbers:\n  number: { texts: /texts, calls: /calls }\nsteps:\n`;
      return playStory(readStory(head + steps, 'story.yaml'), ports);
    },
  };
}

/** How each step ended. */
export function outcomes({ steps }: PlayResult): string[] {
  return steps.map(({ outcome }: PlayedStep) => outcome);
}
