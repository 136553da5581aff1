// A relay under all faults at once: Twilio fails, webhooks arrive twice, and the process is killed at any moment.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Listening, listen } from '../../src/http/listen.js';
import { type JoinedSandbox, joinSandbox } from '../../src/sandbox/instance/join.js';
import { DEADLINE } from '../support/deadline.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { startSandbox, startServer } from '../support/sandbox-child.js';
import { skipOnWindows } from '../support/skips.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

beforeEach(skipOnWindows);

const REAL = '+13015550195';
/** `RELAY_FAULTS=full` runs it with ten thousand texts, which takes minutes. */
const IS_FULL = process.env.RELAY_FAULTS === 'full';
const [CONVERSATIONS, TEXTS, KILLS] = IS_FULL ? [200, 50, 20] : [20, 12, 5];

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

/** Starts the public side of the relay: passes on each request, and each twentieth one twice. */
async function startTunnel(port: () => number): Promise<Listening> {
  let count = 0;
  const tunnel = await listen(
    async (incoming, outgoing) => {
      const body = await buffer(incoming);
      count += 1;
      try {
        const answer = await pass(incoming, body, port());
        if (count % 20 === 0) await pass(incoming, body, port());
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(await buffer(answer));
      } catch {
        incoming.socket.destroy();
      }
    },
    { port: 0 },
  );
  onTestFinished(tunnel.close);
  return tunnel;
}

async function pass(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  port: number,
): Promise<IncomingMessage> {
  const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers });
  outgoing.end(body);
  return ((await once(outgoing, 'response')) as [IncomingMessage])[0];
}

/** Sends the texts of one contact in order, and at some of them makes Twilio fail the forwarded text. */
async function converse({ control }: JoinedSandbox, from: string, to: string): Promise<void> {
  for (let number = 0; number < TEXTS; number += 1) {
    if (number % 20 === 5) {
      const when = Number(from.at(-1)) % 2 === 0 ? 'before' : 'after';
      const answer = Number(from.at(-2)) % 2 === 0 ? ({ status: 503 } as const) : 'drop';
      await control.fail({ method: 'POST', path: 'Messages', times: 1, when, answer });
    }
    await control.text({ from, to, body: `text ${number}`, mediaUrls: [] });
  }
}

describe('a relay that is killed again and again', () => {
  it(
    'relays each text once, in the order of its conversation, and does not reveal the real number',
    async () => {
      let port = 0;
      const tunnel = await startTunnel(() => port);
      await workspace.run(['init', '--sandbox', '--yes', '--public-url', tunnel.origin]);
      await startSandbox(workspace, '--port', '0');
      const folder = openOwnStateFolder(workspace.file('.relay-phone'));
      const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
      const mask = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
      const start = async () => {
        const flags = ['--port', '0', '--yes', '--real-number', REAL, '--max-texts', '100000'];
        const where = ['--public-url', tunnel.origin];
        const { child, address } = await startServer(
          workspace,
          ['serve', ...flags, ...where],
          /The relay is at http:\/\/127\.0\.0\.1:(\d+)/,
        );
        port = Number(address[1]);
        return child;
      };

      let relay = await start();
      const contacts = Array.from({ length: CONVERSATIONS }, (_, index) => `+1212555${1000 + index}`);
      const said = Promise.all(contacts.map((contact) => converse(sandbox, contact, mask)));
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Spreads the kills over all texts, each at a random moment.
        const after = Math.floor((kill * CONVERSATIONS * TEXTS) / (KILLS + 1));
        await sandbox.control.nextText(REAL, { after, timeout: DEADLINE });
        await sleep(Math.random() * 50);
        await relay.end('SIGKILL');
        relay = await start();
      }
      await said;
      await sandbox.control.nextText(REAL, { after: CONVERSATIONS * TEXTS - 1, timeout: DEADLINE });
      for (let left = true; left; ) {
        await relay.end('SIGTERM');
        left = relay.output().includes('Waiting for the next start');
        if (left) relay = await start();
      }

      const texts = (await sandbox.control.texts(REAL)).map(({ body }) => body);
      for (const contact of contacts) {
        const heading = `[Relay 📲 ${contact}] `;
        const own = texts
          .filter((body) => body.startsWith(heading))
          .map((body) => body.slice(heading.length));
        expect([contact, own]).toEqual([
          contact,
          Array.from({ length: TEXTS }, (_, number) => `text ${number}`),
        ]);
      }
      expect(texts).toHaveLength(CONVERSATIONS * TEXTS);
      expect(await sandbox.control.whoSaw(REAL)).toEqual([]);
    },
    20 * DEADLINE,
  );
});
