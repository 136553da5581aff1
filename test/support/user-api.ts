// Sends requests of the owner to the user API of a relay.
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createNumberPurchaser } from '../../src/cli/commands/serve/shop.js';
import { openJournal } from '../../src/setup/journal.js';
import { DEADLINE } from './deadline.js';
import { openOwnStateFolder } from './own-state-folder.js';
import { MASK, type RelayScene, type RelaySetup, setUpRelay, TOKEN } from './relay.js';

/** The main number of a relay that has no mask yet. */
export const MAIN = MASK;

/** A request. */
export interface Asked {
  readonly method?: string;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer; `json` is undefined if the body is not JSON. */
export interface Told {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read the fields that they expect.
  readonly json: any;
}

/** Sends a request as the owner. Sets any `Host`, which `fetch` does not allow. */
export async function ask(
  { origin }: { readonly origin: string },
  path: string,
  { method, body, headers }: Asked = {},
): Promise<Told> {
  const outgoing = request(origin + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { Authorization: `Token ${TOKEN}`, 'Content-Type': 'application/json', ...headers },
  });
  outgoing.end(typeof body === 'object' ? JSON.stringify(body) : body);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  const answer = await text(incoming);
  const isJson = incoming.headers['content-type'] === 'application/json' && answer !== '';
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    text: answer,
    json: isJson ? JSON.parse(answer) : undefined,
  };
}

/** A relay without a mask, with the first steps of its owner. */
export interface OwnerScene extends RelayScene {
  /** Requests a code for a phone. @returns the answer, and the code that the phone received */
  requestCode(number: string): Promise<{ readonly told: Told; readonly code: string }>;
  /** Verifies a phone. */
  verify(number: string): Promise<void>;
  /** Returns the numbers of the account except the main number. */
  listBought(): Promise<string[]>;
}

/** Starts the relay with the purchaser of `serve`. */
export async function setUpOwner({
  isAllowed = true,
  ...options
}: RelaySetup & { readonly isAllowed?: boolean } = {}): Promise<OwnerScene> {
  const path = mkdtempSync(join(tmpdir(), 'relay-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const folder = openOwnStateFolder(join(path, 'state'));
  let ids = 0;
  const scene = await setUpRelay({
    isMasked: false,
    openShop: (client, findApplication) => {
      const { accountSid } = client;
      const newId = () => String(ids++);
      const journal = openJournal(folder.file('journal.jsonl'), {
        target: 'sandbox',
        accountSid,
        now: Date.now,
        newId,
      });
      const buyer = { client, journal, sleep: async () => undefined };
      const waiting = { command: 'serve', timeoutMs: DEADLINE };
      return createNumberPurchaser({ buyer, findApplication, folder, waiting, isAllowed });
    },
    ...options,
  });
  const requestCode = async (number: string) => {
    const told = await ask(scene, '/api/v1/realphone/', { body: { number } });
    const code = /\d{6}$/.exec((await scene.received(number, 1)).at(-1) ?? '')?.[0] ?? '';
    return { told, code };
  };
  return {
    ...scene,
    requestCode,
    verify: async (number) => {
      const { code } = await requestCode(number);
      await ask(scene, '/api/v1/realphone/', { body: { number, verification_code: code } });
    },
    listBought: async () => {
      const rows = await scene.client.incomingPhoneNumbers.list();
      return rows.map(({ phoneNumber }) => phoneNumber).filter((number) => number !== MAIN);
    },
  };
}
