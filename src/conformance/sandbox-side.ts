// The side of the sandbox: one of its own, in memory, with two numbers and the app.
import type { LookupFunction } from 'node:net';
import { createSandbox } from '../sandbox/create.js';
import { createTwilioClient } from '../twilio/client.js';
import { startConformanceApp } from './app.js';
import { pointAt } from './number-settings.js';
import type { Side } from './side.js';

/** A sandbox is strict about private hosts, as Twilio is: the app has a public name, which leads here. */
const HOST = 'conformance.example.com';
const NUMBERS = ['+12025550143', '+12025550144'] as const;
/** After this time Twilio lets two numbers exchange texts again. */
const PACE_MS = 61_000;
/** How long the sandbox may take for what must come, on a busy machine. */
const WAIT_MS = 30_000;

/** A side and how it ends. */
export interface OpenSide {
  readonly side: Side;
  close(): Promise<void>;
}

/** Opens the side of the sandbox. @param ports the clock and the ids of the run */
export async function openSandboxSide({ sleep, newId }: Pick<Side, 'sleep' | 'newId'>): Promise<OpenSide> {
  const lookup: LookupFunction = (_host, options, callback) => {
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  // What is missing is answered as always; the run reports it as a difference.
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const sandbox = await createSandbox({
    strict: true,
    webhooks: { lookup },
    now,
    onUnsupported: () => undefined,
  });
  const app = await startConformanceApp(sandbox.authToken);
  const close = async () => {
    await sandbox.close();
    await app.close();
  };
  try {
    app.publish(`http://${HOST}:${app.port}`);
    const client = await createTwilioClient(sandbox, {
      target: { kind: 'sandbox', origin: sandbox.origin, accountSid: sandbox.accountSid },
      sleep,
    });
    const buy = async (name: 'a' | 'b', phoneNumber: string) => {
      const { sid } = await client.account.incomingPhoneNumbers.create({
        phoneNumber,
        ...pointAt(app.address, name),
      });
      return { phoneNumber, sid };
    };
    const [a, b] = [await buy('a', NUMBERS[0]), await buy('b', NUMBERS[1])];
    const cleanUp = {
      intend: () => '',
      created: () => undefined,
      optOut: () => undefined,
      removeAll: async () => undefined,
    };
    const pace = async () => {
      ahead += PACE_MS;
    };
    return {
      side: {
        kind: 'sandbox',
        client,
        authToken: sandbox.authToken,
        a,
        b,
        app,
        cleanUp,
        pace,
        waitMs: WAIT_MS,
        settleMs: 0,
        sleep,
        newId,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
