// What is kept, for how long, and what happens when nothing can be.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { SMS, setUpGateway, startApp, webhook } from '../../../test/support/gateway.js';
import { createWorkspace, type Workspace } from '../../../test/support/workspace.js';
import type { Draft } from '../exchange.js';
import { openRecords } from './records.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const DRAFT: Draft = {
  kind: 'inbound_sms',
  at: 1_000_000,
  duration: 1.5,
  method: 'POST',
  target: SMS,
  status: 200,
  sids: { MessageSid: 'SM1' },
  from: '+12125550190',
  to: '+12025550100',
  verdict: { result: 'valid', reasons: [], signedUrl: 'x', computedUrl: 'x', token: null },
  error: null,
  refusal: null,
  remote: '203.0.113.9',
  app: 'http://127.0.0.1:8000',
  publicBase: 'https://relay.example.test',
  replayOf: null,
  requestHeaders: ['A', 'b'],
  requestBody: Buffer.from([0, 255, 10]),
  isRequestCut: false,
  answerHeaders: [],
  answerBody: Buffer.from('ok'),
  isAnswerCut: true,
  subject: 'one',
};

it('what is kept is all there again, and attempts are counted on', () => {
  const path = workspace.file('gateway.db');
  const first = openRecords(path, { now: () => 1_000_000 });
  const added = first.add(DRAFT);
  expect(first.find(added.id)).toEqual(added);
  first.close();
  const again = openRecords(path, { now: () => 1_000_000 });
  expect(again.find(1)).toEqual(added);
  expect(again.add(DRAFT)).toMatchObject({ id: 2, attempt: 2 });
  again.close();
});

it('only the newest are kept, and none that is older than a week', async () => {
  let now = 1_000_000;
  const records = openRecords(':memory:', { now: () => now, count: 300 });
  const add = async (count: number, more: Partial<Draft> = {}) => {
    for (let index = 0; index < count; index += 1) records.add({ ...DRAFT, at: now, ...more });
    await records.store.kept();
  };
  await add(1000);
  await add(1000, { refusal: 'no' });
  expect([records.list({}).length, records.list({ refused: true }).length]).toEqual([300, 500]);
  now += 8 * 24 * 60 * 60_000;
  await add(100);
  await add(1);
  expect([records.list({}).length, records.list({ refused: true }).length]).toEqual([101, 0]);
  records.close();
});

it('is filtered by each thing it has', () => {
  const records = openRecords(':memory:', { now: () => 1_000_000 });
  records.add(DRAFT);
  records.add({ ...DRAFT, target: '/api/v1/sms_status', status: 404, from: '+13015550195', at: 2_000_000 });
  records.add({ ...DRAFT, sids: { CallSid: 'CA1' }, status: 502, error: 'refused the connection' });
  const ids = (filter: Parameters<typeof records.list>[0]) => records.list(filter).map(({ id }) => id);
  expect(ids({})).toEqual([3, 2, 1]);
  expect(ids({ limit: 2 })).toEqual([3, 2]);
  expect(ids({ path: 'status' })).toEqual([2]);
  expect(ids({ status: '404' })).toEqual([2]);
  expect(ids({ status: '5xx' })).toEqual([3]);
  expect(ids({ sid: 'CA1' })).toEqual([3]);
  expect(ids({ number: '+13015550195' })).toEqual([2]);
  expect(ids({ since: 1_500_000 })).toEqual([2]);
  expect(ids({ failed: true })).toEqual([3, 2]);
  expect(ids({ refused: true })).toEqual([]);
  records.close();
});

it('traffic flows while nothing can be recorded, which is told once, and again when something can be', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  const database = workspace.file('state/gateway.db');
  let now = Date.now();
  const scene = await setUpGateway(app.origin, { database, now: () => now });
  for (const _ of [1, 2, 3]) expect((await scene.ask(webhook())).status).toBe(200);
  await scene.waitFor('exchange', 3);
  expect(scene.told.filter(({ kind }) => kind.startsWith('recording'))).toHaveLength(1);
  mkdirSync(workspace.file('state'));
  now += 2000;
  expect((await scene.ask(webhook())).status).toBe(200);
  await scene.waitFor('recording-resumed');
  expect(scene.gateway.list({})).toHaveLength(1);
});

it('a folder that is removed in between is no harm either', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  let now = Date.now();
  mkdirSync(workspace.file('state'));
  const scene = await setUpGateway(app.origin, {
    database: workspace.file('state/gateway.db'),
    now: () => now,
  });
  await scene.ask(webhook());
  rmSync(workspace.file('state'), { recursive: true });
  now += 2000;
  expect((await scene.ask(webhook())).status).toBe(200);
  await scene.waitFor('recording-stopped');
  mkdirSync(workspace.file('state'));
  now += 2000;
  expect((await scene.ask(webhook())).status).toBe(200);
  await scene.waitFor('recording-resumed');
  expect(scene.gateway.list({})).toHaveLength(1);
});

it('a database of something else is left as it is', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  writeFileSync(workspace.file('gateway.db'), 'not a database, but somebody’s notes');
  const scene = await setUpGateway(app.origin, { database: workspace.file('gateway.db') });
  expect((await scene.ask(webhook())).status).toBe(200);
  expect(scene.told[0]?.kind).toBe('recording-stopped');
  expect(workspace.read('gateway.db')).toContain('somebody’s notes');
});
