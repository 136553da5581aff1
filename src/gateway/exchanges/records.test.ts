// Tests which exchanges are kept, for how long, and what happens if nothing can be written.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { SMS, setUpGateway, startApp, webhook } from '../../../test/support/gateway.js';
import { createWorkspace, type Workspace } from '../../../test/support/workspace.js';
import type { ExchangeSummary, NewExchange } from '../../exchanges/exchange.js';
import type { GatewayEvent } from '../events.js';
import { createRecorder, type Recorder } from './recorder.js';
import { openRecords } from './records.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const SUMMARY: ExchangeSummary = {
  id: 1,
  attempt: 1,
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
};
let lastId = 0;
beforeEach(() => {
  lastId = 0;
});

function draft(summary: Partial<ExchangeSummary> = {}): NewExchange {
  lastId += 1;
  return {
    summary: { ...SUMMARY, id: lastId, ...summary },
    requestHead: 'A\nb',
    requestBody: Buffer.from([0, 255, 10]),
    isRequestCut: false,
    answerHead: '',
    answerBody: Buffer.from('ok'),
    isAnswerCut: true,
    subject: 'one',
  };
}

function record(database: string, told: GatewayEvent[] = []): Recorder {
  return createRecorder({ database, now: () => 1_000_000, emit: (event) => void told.push(event) });
}

it('finds exchanges again after reopening, and continues ids and attempts', () => {
  const path = workspace.file('gateway.db');
  const first = record(path);
  const added = first.add(draft());
  expect(first.find(1)).toEqual(added);
  first.close();
  const again = record(path);
  expect(again.find(1)).toEqual(added);
  expect(again.add(draft()).summary).toMatchObject({ id: 2, attempt: 2 });
  expect(again.list({}).map(({ id }) => id)).toEqual([2, 1]);
  again.close();
});

it('keeps the newest exchanges of the last week', async () => {
  let now = 1_000_000;
  const records = openRecords(':memory:', { now: () => now, maxExchanges: 300 });
  const add = async (count: number, more: Partial<ExchangeSummary> = {}) => {
    records.add(Array.from({ length: count }, () => draft({ at: now, ...more })));
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

it('removes exchanges whose time is over, also while nothing is recorded', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  let now = 1_000_000;
  const records = openRecords(':memory:', { now: () => now, maxAgeMs: 3_600_000 });
  records.add([draft({ at: now }), draft({ at: now, refusal: 'no' })]);
  await records.store.kept();
  const count = () => records.list({}).length + records.list({ refused: true }).length;
  now += 3_599_000;
  vi.advanceTimersByTime(60_000);
  expect(count()).toBe(2);
  now += 2000;
  vi.advanceTimersByTime(60_000);
  expect(count()).toBe(0);
  records.close();
});

it('holds exchanges that arrive faster than they are written, up to the limits of the database', () => {
  const recorder = record(':memory:');
  for (let index = 0; index < 10_000; index += 1) recorder.add(draft());
  for (let index = 0; index < 3000; index += 1) recorder.add(draft({ refusal: 'no' }));
  const ids = recorder.list({}).map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([2000, 10_000, 8001]);
  expect(recorder.list({ refused: true })).toHaveLength(500);
  recorder.close();
});

it('filters exchanges by each field of the filter', () => {
  const records = openRecords(':memory:', { now: () => 1_000_000 });
  records.add([
    draft(),
    draft({ target: '/api/v1/sms_status', status: 404, from: '+13015550195', at: 2_000_000 }),
    draft({ sids: { CallSid: 'CA1' }, status: 502, error: 'refused the connection' }),
  ]);
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

it('forwards requests while nothing can be recorded, and emits when recording stops and resumes', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  const scene = await setUpGateway(app.origin, { database: workspace.file('state/gateway.db') });
  for (const _ of [1, 2, 3]) expect((await scene.ask(webhook())).status).toBe(200);
  await scene.waitFor('exchange', 3);
  expect(scene.told.filter(({ kind }) => kind.startsWith('recording'))).toHaveLength(1);
  mkdirSync(workspace.file('state'));
  await scene.waitFor('recording-resumed');
  expect(scene.gateway.list({}).map(({ id }) => id)).toEqual([3, 2, 1]);
});

it('forwards requests after its folder was removed, and resumes recording when the folder is back', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  mkdirSync(workspace.file('state'));
  const scene = await setUpGateway(app.origin, { database: workspace.file('state/gateway.db') });
  await scene.ask(webhook());
  rmSync(workspace.file('state'), { recursive: true });
  while (!scene.told.some(({ kind }) => kind === 'recording-stopped')) {
    expect((await scene.ask(webhook())).status).toBe(200);
    await sleep(50);
  }
  mkdirSync(workspace.file('state'));
  await scene.waitFor('recording-resumed');
  expect(scene.gateway.list({}).length).toBeGreaterThan(0);
});

it('leaves a file that is not a database unchanged', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  writeFileSync(workspace.file('gateway.db'), 'not a database, but somebody’s notes');
  const scene = await setUpGateway(app.origin, { database: workspace.file('gateway.db') });
  expect((await scene.ask(webhook())).status).toBe(200);
  expect(scene.told[0]?.kind).toBe('recording-stopped');
  expect(workspace.read('gateway.db')).toContain('somebody’s notes');
});
