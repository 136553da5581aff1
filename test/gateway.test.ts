// A gateway between the sandbox, which stands in for Twilio, and the relay of `serve`, which is the app.
import { expect, it, onTestFinished } from 'vitest';
import type { GatewayEvent } from '../src/gateway/events.js';
import { createGateway, type Gateway } from '../src/gateway/gateway.js';
import { listen } from '../src/http/listen.js';
import { ANN, MASK, REAL, type RelayScene, setUpRelay } from './support/relay.js';

const API = '/api/v1';
const KINDS = ['inbound_sms', 'inbound_call', 'sms_status', 'voice_status'];
const WEBHOOKS = KINDS.map((kind) => ({ path: `${API}/${kind}`, kind }));

interface Journey {
  readonly scene: RelayScene;
  readonly gateway: Gateway;
  readonly told: GatewayEvent[];
}

async function setUp(exposeAll = false): Promise<Journey> {
  let gateway: Gateway | undefined;
  const server = await listen((incoming, outgoing) => gateway?.listener(incoming, outgoing), { port: 0 });
  onTestFinished(() => server.close());
  const scene = await setUpRelay({ publicBase: server.origin });
  const told: GatewayEvent[] = [];
  gateway = createGateway({
    app: scene.origin,
    publicBase: () => server.origin,
    authToken: scene.sandbox.authToken,
    webhooks: () => WEBHOOKS,
    exposeAll,
    database: ':memory:',
    emit: (event) => void told.push(event),
  });
  onTestFinished(() => gateway?.close());
  const [app] = await scene.client.applications.list();
  await scene.client.applications(app?.sid ?? '').update({
    smsUrl: `${server.origin}${API}/inbound_sms`,
    voiceUrl: `${server.origin}${API}/inbound_call`,
    statusCallback: `${server.origin}${API}/voice_status`,
  });
  return { scene, gateway, told };
}

it('a gateway passes on texts and replies, and records each webhook with a valid signature', async () => {
  const { scene, gateway, told } = await setUp();
  const { sandbox } = scene;
  await sandbox.phone(ANN).text(MASK, 'Hello');
  expect(await scene.received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] Hello`]);
  await sandbox.phone(REAL).text(MASK, 'Hi Ann');
  expect(await scene.received(ANN, 1)).toEqual(['Hi Ann']);
  await scene.waitFor('text.status', 2);
  // The app emits the event of a status before it has answered the webhook.
  await expect.poll(() => gateway.list({}).length).toBe(4);
  const exchanges = gateway.list({});
  expect(exchanges.filter(({ kind }) => kind === 'inbound_sms')).toMatchObject([
    { from: REAL, to: MASK, status: 200, verdict: { result: 'valid' }, attempt: 1 },
    { from: ANN, to: MASK, status: 201, verdict: { result: 'valid' }, attempt: 1 },
  ]);
  expect(exchanges.filter(({ kind }) => kind === 'sms_status').length).toBe(2);
  expect(gateway.list({ failed: true })).toEqual([]);
  expect(told.every(({ kind }) => kind === 'exchange')).toBe(true);
});

it('a gateway records the webhook that fails while the app is down, and passes on the next one', async () => {
  const { scene, gateway } = await setUp();
  scene.leave();
  await scene.sandbox.phone(ANN).text(MASK, 'lost');
  scene.come();
  await scene.sandbox.phone(ANN).text(MASK, 'found');
  expect(await scene.received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] found`]);
  expect(gateway.list({ failed: true })).toMatchObject([{ status: 502, error: 'dropped the connection' }]);
  expect(await scene.alertCodes()).toEqual([11_217]);
});
