// Sets up a relay with a sandbox as its Twilio; the two talk only over HTTP.
import { onTestFinished } from 'vitest';
import { type Listening, listen } from '../../src/http/listen.js';
import { createRelay, type RelayOptions, type RunningRelay } from '../../src/relay/create.js';
import type { RelayEvent } from '../../src/relay/relay.js';
import { createSandbox } from '../../src/sandbox/create.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { createTwilioClient, type TwilioClient } from '../../src/twilio/client.js';
import { DEADLINE } from './deadline.js';
import { createSandboxClient } from './sandbox-client.js';

/** The mask, its owner, and two contacts. */
export const [MASK, REAL, ANN, BOB] = [
  '+12025550100',
  '+13015550195',
  '+12125550190',
  '+13055550191',
] as const;

/** The API token of the owner. */
export const TOKEN = '0123456789abcdef0123456789abcdef01234567';

/** A sandbox with a relay behind one of its numbers. */
export interface RelayScene {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  readonly relay: RunningRelay;
  readonly origin: string;
  /** The events that the relay emitted, oldest first. */
  readonly told: RelayEvent[];
  /** Waits until a phone has `count` texts. Returns all their bodies, oldest first. */
  received(phone: string, count: number): Promise<string[]>;
  /** Resolves once the relay has emitted `count` events of a kind. */
  waitFor(kind: RelayEvent['kind'], count?: number): Promise<void>;
  /** Drops each webhook, as if the relay were down, until `come` is called. */
  leave(): void;
  come(): void;
  /** Returns the codes of all alerts, oldest first. */
  alertCodes(): Promise<number[]>;
}

/** Options of {@link setUpRelay}. */
export interface RelaySetup extends Partial<RelayOptions> {
  /** With false the relay sends nothing before `relay.start()`. */
  readonly starts?: boolean;
  /** How long a request to Twilio may take. Default: as long as the machine needs. */
  readonly requestTimeoutMs?: number;
  /** With false no phone is behind the mask, which is only a number of the account. */
  readonly isMasked?: boolean;
  /** Creates the purchaser of masks; without it no mask can be bought. */
  readonly openShop?: (client: TwilioClient, findApplication: () => string) => RelayOptions['purchaser'];
}

/** A purchaser that buys nothing. */
const CLOSED: RelayOptions['purchaser'] = {
  isAllowed: false,
  buy: () => Promise.reject(new Error('the shop is closed')),
  isBought: async () => false,
  isUnclear: () => false,
};

/** Sets up a relay that receives the texts and calls of the mask; it ends with the test. */
export async function setUpRelay({
  starts = true,
  isMasked = true,
  requestTimeoutMs = DEADLINE,
  openShop = () => CLOSED,
  ...options
}: RelaySetup = {}): Promise<RelayScene> {
  const sandbox = await createSandbox();
  onTestFinished(sandbox.close);
  const told: RelayEvent[] = [];
  const watchers = new Set<() => void>();
  let relay: RunningRelay | undefined;
  let isAway = false;
  let application = '';
  const server: Listening = await listen(
    (incoming, outgoing) => (isAway ? incoming.socket.destroy() : relay?.listener(incoming, outgoing)),
    { port: 0 },
  );
  const { origin, accountSid } = sandbox;
  const target = { kind: 'sandbox', origin, accountSid } as const;
  const own = await createTwilioClient(sandbox, {
    target,
    isApp: true,
    attempts: 1,
    timeoutMs: requestTimeoutMs,
  });
  relay = createRelay({
    database: ':memory:',
    client: own,
    authToken: sandbox.authToken,
    publicBase: server.origin,
    allowance: { texts: 75, seconds: 3000, cycleMs: 30 * 86_400_000 },
    apiOrigin: sandbox.origin,
    token: TOKEN,
    isExposed: false,
    mainNumber: MASK,
    purchaser: openShop(own, () => application),
    readsPrefixes: true,
    firstRetryMs: 5,
    emit: (event) => {
      told.push(event);
      for (const watcher of watchers) watcher();
    },
    ...options,
  });
  onTestFinished(async () => {
    await server.close();
    await relay?.close();
  });
  if (isMasked) relay.masks.add(MASK, REAL);
  if (starts) await relay.start();
  const client = createSandboxClient(sandbox);
  const { sid } = await client.applications.create({
    friendlyName: 'relay',
    smsUrl: `${server.origin}/api/v1/inbound_sms`,
    voiceUrl: `${server.origin}/api/v1/inbound_call`,
    statusCallback: `${server.origin}/api/v1/voice_status`,
  });
  application = sid;
  await client.incomingPhoneNumbers.create({
    phoneNumber: MASK,
    smsApplicationSid: sid,
    voiceApplicationSid: sid,
  });
  return {
    sandbox,
    client,
    relay,
    origin: server.origin,
    told,
    received: async (phone, count) => {
      for (;;) {
        const next = sandbox.nextEvent((event) => event.kind === 'text.reached-phone' && event.to === phone, {
          timeout: DEADLINE,
        });
        const texts = sandbox.phone(phone).texts();
        if (texts.length < count) await next;
        else {
          next.catch(() => undefined);
          return texts.map(({ body }) => body);
        }
      }
    },
    waitFor: (kind, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (told.filter((event) => event.kind === kind).length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    leave: () => {
      isAway = true;
    },
    come: () => {
      isAway = false;
    },
    alertCodes: async () =>
      (await client.monitor.v1.alerts.list()).map(({ errorCode }) => Number(errorCode)).reverse(),
  };
}
