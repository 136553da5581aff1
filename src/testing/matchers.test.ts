// The matchers in this suite's own `expect`: when they pass, and what they say when they do not.
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../test/support/sandbox-client.js';
import { startApp, twiml } from '../../test/support/webhook-app.js';
import { createSandbox } from '../sandbox/create.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { matchers } from './matchers.js';
import type {} from './vitest.js';

expect.extend(matchers);

const MASK = '+12025550100';
const OWNER = '+13015550195';
const CONTACT = '+12125550190';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  sandbox.number(MASK);
  return () => sandbox.close();
});

/** Sends a text from the account, and waits until it has arrived. */
async function send(body: string, to = CONTACT): Promise<void> {
  const arrival = sandbox.phone(to).nextText();
  await createSandboxClient(sandbox).messages.create({ from: MASK, to, body });
  await arrival;
}

/** Returns the message with which an expectation fails. */
function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the expectation has not failed');
}

describe('toHaveReceivedText', () => {
  it('compares a string with the whole body, and a regular expression with a part of it', async () => {
    await send('Your code is 482');
    const phone = sandbox.phone(CONTACT);
    expect(phone).toHaveReceivedText();
    expect(phone).toHaveReceivedText('Your code is 482', { from: MASK });
    expect(phone).not.toHaveReceivedText('code');
    expect(phone).not.toHaveReceivedText(/code/, { from: OWNER });
    const global = /code/g;
    for (let time = 0; time < 3; time += 1) expect(phone).toHaveReceivedText(global);
  });

  it('lists the texts on the phone, and says what happened last', async () => {
    await send('Hello\u001b[31m');
    const message = messageOf(() => expect(sandbox.phone(CONTACT)).toHaveReceivedText(/code/));
    const [last] = sandbox.phone(CONTACT).traces();
    expect(message).toBe(
      `${CONTACT} has not received a text that matches /code/.
It has received one text:
  from ${MASK}: "Hello\\x1b[31m"
Last, ${last?.traceId}: ${last?.sentence.replace('\u001b', '\\x1b')}`,
    );
  });

  it('says why a text did not arrive', async () => {
    sandbox.phone(CONTACT).behave({ texts: { undelivered: 30003 } });
    const failed = sandbox.nextEvent(
      (event) => event.kind === 'text.status' && event.status === 'undelivered',
    );
    const { sid } = await createSandboxClient(sandbox).messages.create({
      from: MASK,
      to: CONTACT,
      body: 'Hi',
    });
    expect(sid).toBeTruthy();
    const { traceId } = await failed;
    await sandbox.whenQuiet(traceId);
    const message = messageOf(() => expect(sandbox.phone(CONTACT)).toHaveReceivedText());
    expect(message).toContain('It has received no text.');
    expect(message).toContain(sandbox.trace(traceId)?.sentence);
  });

  it('says that nothing happened with a phone', () => {
    expect(messageOf(() => expect(sandbox.phone(CONTACT)).toHaveReceivedText())).toContain(
      'nothing was sent to it or from it',
    );
  });

  it('lists what it should not have received', async () => {
    await send('Hello');
    expect(messageOf(() => expect(sandbox.phone(CONTACT)).not.toHaveReceivedText(/Hello/))).toContain(
      'and should not:\nIt has received one text:\n  from +12025550100: "Hello"',
    );
  });

  it('finds each text by its own body, whatever it is', async () => {
    const arrived = [...Array(3).keys()].map(() => fc.sample(fc.string({ minLength: 1 }), 1)[0] ?? 'a');
    for (const body of arrived.filter((body) => body.trim() !== '')) {
      await send(body);
      const phone = sandbox.phone(CONTACT);
      expect(phone).toHaveReceivedText(phone.texts().at(-1)?.body);
    }
  });

  it('refuses what is not a phone', () => {
    for (const value of [undefined, null, 'phone', {}, sandbox]) {
      expect(messageOf(() => expect(value).toHaveReceivedText())).toContain('takes a phone');
    }
  });
});

describe('toReceiveText', () => {
  it('waits for a text that is still on its way', async () => {
    const expectation = expect(sandbox.phone(CONTACT)).toReceiveText(/code/);
    await send('Your code is 482');
    await expectation;
  });

  it('passes at once for a text that has arrived before', async () => {
    await send('Your code is 482');
    await expect(sandbox.phone(CONTACT)).toReceiveText(/code/, { timeout: 0 });
  });

  it('lists what did arrive', async () => {
    await send('Hello');
    await expect(expect(sandbox.phone(CONTACT)).toReceiveText(/code/, { timeout: 1 })).rejects.toThrow(
      `from ${MASK}: "Hello"`,
    );
  });

  it('passes on what is no matter of texts', async () => {
    const expectation = expect(sandbox.phone('MYBANK')).toReceiveText();
    await expect(expectation).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('toHaveHeard', () => {
  it('finds what a phone has heard, and lists it', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() => twiml('<Response><Say>Press 1.</Say></Response>'));
    sandbox.number(MASK, { voice: `${app.origin}/voice` });
    const phone = sandbox.phone(CONTACT);
    expect(messageOf(() => expect(phone).toHaveHeard())).toContain('It was in no call.');
    await phone.call(MASK).ended;
    expect(phone).toHaveHeard('Press 1.');
    expect(phone).not.toHaveHeard('Press');
    expect(messageOf(() => expect(phone).toHaveHeard(/2/))).toContain(
      `say "Press 1." in the call with ${MASK} (ended)`,
    );
    expect(messageOf(() => expect(phone).not.toHaveHeard(/1/))).toContain('has heard something');
  });
});

describe('toHaveLeakedNothing', () => {
  it('fails once another phone was shown the number, with the sentence of the trace', async () => {
    expect(sandbox).toHaveLeakedNothing(OWNER);
    await send(`Call ${OWNER}`);
    const message = messageOf(() => expect(sandbox).toHaveLeakedNothing(OWNER));
    const [exposure] = sandbox.exposures(OWNER);
    expect(message).toContain(`${OWNER} has leaked:\n  to ${CONTACT} (body) as "${OWNER}"`);
    expect(message).toContain(sandbox.trace(exposure?.traceId ?? '')?.sentence);
    expect(sandbox).toHaveLeakedNothing(OWNER, { except: [CONTACT] });
    expect(sandbox).not.toHaveLeakedNothing(OWNER);
  });

  it('checks the assertions of the sandbox without a number, and needs one', async () => {
    expect(messageOf(() => expect(sandbox).toHaveLeakedNothing())).toContain('needs a number');
    sandbox.assertShownOnlyTo(OWNER, []);
    expect(sandbox).toHaveLeakedNothing();
    await send(`Call ${OWNER}`);
    expect(messageOf(() => expect(sandbox).toHaveLeakedNothing())).toContain(`${OWNER} has leaked`);
  });

  it('refuses what is not a sandbox', () => {
    expect(messageOf(() => expect(sandbox.phone(CONTACT)).toHaveLeakedNothing(OWNER))).toContain(
      'takes a sandbox',
    );
  });
});
