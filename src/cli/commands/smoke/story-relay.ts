// Our own relay as the app of smoke's story, in memory.
import type { RequestListener } from 'node:http';
import { RelayPhoneError } from '../../../errors.js';
import { createRelay } from '../../../relay/create.js';
import type { RelayEvent } from '../../../relay/relay.js';
import { required, type Setup } from '../../../setup/setup.js';
import type { StateFolder } from '../../../state/folder.js';
import { createShop } from '../serve/shop.js';

/** The token of its user API, which only this process uses. */
export const TOKEN = 'story';

/** The running relay. */
export interface StoryRelay {
  readonly listener: RequestListener;
  /** The number of its mask. */
  mask(): string;
  /** The next text that Twilio refuses. @throws RelayPhoneError `fault` if there is none within the time */
  nextRefusal(timeoutMs: number): Promise<RelayEvent>;
  close(): Promise<unknown>;
}

/** Starts the relay for an account that is set up. */
export async function createStoryRelay(
  setup: Setup,
  { folder, sandboxOrigin }: { readonly folder: StateFolder; readonly sandboxOrigin: string },
): Promise<StoryRelay> {
  const receivers = new Set<(event: RelayEvent) => void>();
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
      if (event.kind === 'refused') for (const receive of receivers) receive(event);
    },
  });
  await relay.start();
  return {
    listener: relay.listener,
    mask: () => required(relay.masks.list()[0]).number,
    nextRefusal: (timeoutMs) =>
      new Promise((resolve, reject) => {
        // `unref`: an abandoned wait must not keep the process running.
        const timer = setTimeout(() => reject(notRefused()), timeoutMs).unref();
        const receive = (event: RelayEvent) => {
          clearTimeout(timer);
          receivers.delete(receive);
          resolve(event);
        };
        receivers.add(receive);
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
