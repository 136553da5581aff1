// Four phones text a Flask app at the same time: each text that the app sends is in the trace of the text that led to it.
import { resolve } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { SandboxEvent } from '../../src/index.js';
import { joinSandbox } from '../../src/sandbox/instance/join.js';
import { judgeAttribution } from '../support/attribution.js';
import { DEADLINE } from '../support/deadline.js';
import { findPython, NO_FLASK } from '../support/find-python.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { startSandbox, startServer } from '../support/sandbox-child.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { createWorkspace } from '../support/workspace.js';

const APP = resolve(import.meta.dirname, '../support/flask_forwarder.py');
const MASK = '+12025550143';
const OWNER = '+13015550195';
const SENDERS = ['+12125550190', '+13055550191', '+14155550192', '+16175550193'];
const TEXTS_EACH = 250;

const python = findPython('flask');

beforeEach(({ skip }) => skip(python === undefined, NO_FLASK));

it.each([
  ['forwards before it answers', {}],
  ['answers before it forwards', { LATER: 'yes' }],
])(
  'attributes at least 99 % of the texts of an app that %s, and none wrongly for sure',
  async (_, environment) => {
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    await startSandbox(workspace, '--port', '0');
    const { address } = await startServer(
      workspace,
      ['exec', '--', python ?? '', APP],
      /Running on (http:\/\/127\.0\.0\.1:\d+)/,
      environment,
    );
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    const { control } = sandbox;
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({
      phoneNumber: MASK,
      smsUrl: `${address[1]}/sms`,
    });
    const events: SandboxEvent[] = [];
    const ending = new AbortController();
    const watching = control.watch((event) => events.push(event), { since: 0, signal: ending.signal });
    await Promise.all(
      SENDERS.map(async (from, sender) => {
        for (let index = 0; index < TEXTS_EACH; index += 1) {
          const body = `text ${index} of ${sender}`;
          await control.text({ from, to: MASK, body, mediaUrls: [] });
        }
      }),
    );
    await expect.poll(() => events.filter(isArrival).length, { timeout: 4 * DEADLINE }).toBe(1000);
    ending.abort();
    await watching;
    await sandbox.close();
    const { forwards, right, wronglySure } = judgeAttribution(events);
    expect({ forwards, wronglySure }).toEqual({ forwards: 1000, wronglySure: 0 });
    expect(right).toBeGreaterThanOrEqual(990);
  },
);

function isArrival(event: SandboxEvent): boolean {
  return event.kind === 'text.reached-phone' && event.to === OWNER;
}
