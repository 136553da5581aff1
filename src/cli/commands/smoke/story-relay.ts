// Our own relay as the app of smoke's story: in memory, and gone with it.
import type { RequestListener } from 'node:http';
import { RelayPhoneError } from '../../../errors.js';
import { createRelay } from '../../../relay/create.js';
import type { RelayEvent } from '../../../relay/relay.js';
import { required, type Setup } from '../../../setup/setup.js';
import type { StateFolder } from '../../../state/folder.js';
import { createShop } from '../serve/shop.js';

/** What its user API asks for; only this process reaches it, and only while the story lasts. */
export const TOKEN = 'story';

/** See the head of this file. */
export interface StoryRelay {
  readonly listener: RequestListener;
  /** The number of the mask. */
  mask(): string;
  /** The next text that Twilio refuses. @param patience milliseconds @throws RelayPhoneError `fault` when none is */
  nextRefusal(patience: number): Promise<RelayEvent>;
  close(): Promise<unknown>;
}

/** Starts it for an account that was set up. */
export async function createStoryRelay(
  setup: Setup,
  { folder, sandboxOrigin }: { readonly folder: StateFolder; readonly sandboxOrigin: string },
): Promise<StoryRelay> {
  const waiting = new Set<(event: RelayEvent) => void>();
  const relay = createRelay({
    database: ':memory:',
    client: setup.client,
    authToken: setup.authToken,
    publicBase: required(setup.facts.publicBase),
    apiOrigin: sandboxOrigin,
    token: TOKEN,
    isExposed: false,
    mainNumber: required(setup.facts.mainNumber).phoneNumber,
    purchaser: createShop({
      buyer: setup,
      findApplication: () => required(setup.facts.app?.sid),
      folder,
      waiting: { command: setup.command, timeoutMs: 0 },
      isAllowed: true,
    }),
    allowance: { texts: 10, seconds: 600, cycleMs: 86_400_000 },
    readsPrefixes: true,
    emit: (event) => {
      if (event.kind === 'refused') for (const tell of waiting) tell(event);
    },
  });
  await relay.start();
  return {
    listener: relay.listener,
    mask: () => required(relay.masks.list()[0]).number,
    nextRefusal: (patience) =>
      new Promise((resolve, reject) => {
        // Whoever does not wait any longer need not be waited for either.
        const timer = setTimeout(() => reject(notRefused()), patience).unref();
        const hear = (event: RelayEvent) => {
          clearTimeout(timer);
          waiting.delete(hear);
          resolve(event);
        };
        waiting.add(hear);
      }),
    close: relay.close,
  };
}

function notRefused(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: 'wait for a refusal',
    reason: 'no text of the app was refused',
  });
}
