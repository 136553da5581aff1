// Smart encoding of typographic characters, and the segments that it saves.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';
import { encodeSmartly } from './smart-encoding.js';

const FROM = '+12025550100';
const TO = '+12125550190';

describe('smart encoding', () => {
  it.each([
    ['“Hello” — it’s «fine»…', '"Hello" - it\'s "fine"...'],
    ['no\u00a0break\u200b here', 'no break here'],
    ['ＡＢＣ１２３！', 'ABC123!'],
    ['ʜᴇʟʟᴏ', 'HELLO'],
    ['back`tick', "back'tick"],
    ['plain @ £ ü', 'plain @ £ ü'],
  ])('changes %j to %j', (text, encoded) => {
    expect(encodeSmartly(text)).toBe(encoded);
  });

  it.each(['“Hello” 📲', '“こんにちは”', 'tab\t—'])('leaves %j as it is', (text) => {
    expect(encodeSmartly(text)).toBe(text);
  });
});

describe('a text', () => {
  const body = `“${'x'.repeat(158)}”`;
  let sandbox: Sandbox;
  let client: ReturnType<typeof createSandboxClient>;
  let messagingServiceSid: string;

  beforeEach(async () => {
    sandbox = await createSandbox();
    client = createSandboxClient(sandbox);
    const { sid: phoneNumberSid } = await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    messagingServiceSid = (await client.messaging.v1.services.create({ friendlyName: 'Relay' })).sid;
    await client.messaging.v1.services(messagingServiceSid).phoneNumbers.create({ phoneNumberSid });
  });
  afterEach(() => sandbox.close());

  /** How many segments a text takes, and how its first character arrives. */
  async function send(options: { from?: string; messagingServiceSid?: string; smartEncoded?: boolean }) {
    const { sid } = await client.messages.create({ to: TO, body, ...options });
    const { numSegments } = await waitForStatus(client, sid, 'delivered');
    return [numSegments, sandbox.phone(TO).texts().at(-1)?.body.charAt(0)];
  }

  it('of a service is smart-encoded, unless the service or the request turns that off', async () => {
    expect(await send({ messagingServiceSid })).toEqual(['1', '"']);
    expect(await send({ messagingServiceSid, smartEncoded: false })).toEqual(['3', '“']);
    await client.messaging.v1.services(messagingServiceSid).update({ smartEncoding: false });
    expect(await send({ messagingServiceSid })).toEqual(['3', '“']);
    expect(await send({ messagingServiceSid, smartEncoded: true })).toEqual(['1', '"']);
  });

  it('of a number is smart-encoded if the request asks for it', async () => {
    expect(await send({ from: FROM })).toEqual(['3', '“']);
    expect(await send({ from: FROM, smartEncoded: true })).toEqual(['1', '"']);
  });
});
