// Asks the control API for exchanges and replays, with good and bad input, and checks the answers against their contract.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createControlClient } from './client.js';
import { EXCHANGE_ROUTES } from './contract/exchanges.js';

const MASK = '+12025550123';
const CONTACT = '+13015550195';

let sandbox: Sandbox;
let app: WebhookApp;

beforeEach(async () => {
  sandbox = await createSandbox();
  app = await startApp(sandbox.authToken);
  await fetch(`${sandbox.origin}/2010-04-01/Accounts/${sandbox.accountSid}/IncomingPhoneNumbers.json`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}` },
    body: new URLSearchParams({ PhoneNumber: MASK, SmsUrl: `${app.origin}/sms` }),
  });
  await sandbox.phone(CONTACT).text(MASK, 'Hi');
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

async function ask(path: string, body?: string): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(`${sandbox.origin}/_sandbox${path}`, {
    headers: { Authorization: `Bearer ${sandbox.controlToken}` },
    ...(body !== undefined && { method: 'POST', body }),
  });
  return { status: answer.status, json: JSON.parse(await answer.text()) };
}

function webhookId(): number {
  return sandbox.exchanges({ direction: 'webhook' })[0]?.id ?? 0;
}

describe('the routes of exchanges', () => {
  it.each([
    ['get', '/exchanges', undefined],
    ['get', '/exchanges/{id}', undefined],
    ['post', '/exchanges/{id}/replay', ''],
    ['post', '/exchanges/{id}/replay', '{"parameters":{"Body":null}}'],
  ] as const)('answer %s %s as their contract says', async (method, path, body) => {
    const route = EXCHANGE_ROUTES.find((one) => one.method === method && one.path === path);
    const address = path.replace('{id}', String(webhookId()));
    const { status, json } = await ask(address, body);
    expect(status).toBe(200);
    expect(route?.answers[200]?.safeParse(json).error).toBeUndefined();
  });

  it('take every filter of their contract', async () => {
    const [webhook] = sandbox.exchanges({ direction: 'webhook' });
    const values: Record<string, string> = {
      direction: 'webhook',
      trace: webhook?.traceId ?? '',
      sid: webhook?.sids.MessageSid ?? '',
      number: '(301) 555-0195',
      path: '/sms',
      status: '2xx',
      failed: 'false',
      before: '1000',
      limit: '10',
    };
    const { query } = EXCHANGE_ROUTES[0] ?? {};
    expect(Object.keys(query?.shape ?? {}).toSorted()).toEqual(Object.keys(values).toSorted());
    for (const [name, value] of [...Object.entries(values), ['number', CONTACT] as const]) {
      const { json } = await ask(
        `/exchanges?${new URLSearchParams({ direction: 'webhook', [name]: value })}`,
      );
      expect(json, name).toMatchObject([{ id: webhookId() }]);
    }
    expect((await ask(`/exchanges?number=${CONTACT}`)).json).toMatchObject([{ id: webhookId() }]);
    for (const [name, value] of [
      ['trace', 'x'],
      ['sid', 'SM0'],
      ['number', '+12125550190'],
      ['path', '/other'],
      ['status', '404'],
      ['failed', 'true'],
      ['before', '1'],
      ['limit', '0'],
    ]) {
      expect((await ask(`/exchanges?${name}=${value}`)).json, name).toEqual([]);
    }
  });

  it.each(['direction=up', 'status=600', 'status=x', 'failed=yes', 'before=-1', 'limit=ten', 'number='])(
    'refuse ?%s',
    async (query) => {
      const { status, json } = await ask(`/exchanges?${query}`);
      expect([status, json]).toEqual([
        400,
        {
          error: expect.stringContaining(query.split('=')[0] ?? ''),
          task: expect.stringMatching(/^read the /),
          tryNext: [],
        },
      ]);
    },
  );

  it('refuse to replay a REST request, and edits that nobody knows', async () => {
    const [rest] = sandbox.exchanges({ direction: 'rest' });
    expect(await ask(`/exchanges/${rest?.id}/replay`, '')).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('REST request') },
    });
    for (const body of ['{"colour":"red"}', '{"signature":"mine"}', '[]', 'x'])
      expect(await ask(`/exchanges/${webhookId()}/replay`, body)).toMatchObject({ status: 400 });
    expect(app.calls).toHaveLength(1);
  });

  it('answer 404 for an exchange that is not kept, which the client reports with a sentence', async () => {
    const answer = { status: 404, json: { error: 'no exchange with this id is kept' } };
    for (const id of ['999', '0', 'x', '1e0', '-1', '%2F'])
      expect(await ask(`/exchanges/${id}`), id).toMatchObject(answer);
    expect(await ask('/exchanges/999/replay', '')).toMatchObject(answer);
    const refusal = { kind: 'usage', reason: 'no exchange with this id is kept' };
    await expect(createControlClient(sandbox).exchange(999)).rejects.toMatchObject(refusal);
    await expect(sandbox.replay(999)).rejects.toMatchObject(refusal);
    expect(await sandbox.exchange(999)).toBeUndefined();
  });
});
