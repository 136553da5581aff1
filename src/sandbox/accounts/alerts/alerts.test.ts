// Reads alerts with the official SDK.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';
import { openStore } from '../../platform/database.js';
import { createAlertStore, type NewAlert } from './store.js';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-20T12:00:00Z');
const REFUSED: NewAlert = {
  errorCode: 11200,
  logLevel: 'error',
  message: 'HTTP retrieval failure',
  requestUrl: 'https://example.com/sms?a=1&b=2',
  requestMethod: 'POST',
  resourceSid: `SM${'1'.repeat(32)}`,
  serviceSid: `MG${'2'.repeat(32)}`,
  requestVariables: 'Body=Hello&From=%2B12025550190',
  responseBody: '<p>502</p>',
  responseHeaders: 'Content-Type=text%2Fhtml',
};

let folder: string;
let sandbox: Sandbox | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alerts-'));
});
afterEach(async () => {
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a sandbox with these alerts, an hour apart. */
async function openWithAlerts(newAlerts: readonly NewAlert[]) {
  const database = join(folder, 'sandbox.db');
  let at = START;
  const store = openStore(database);
  const alerts = createAlertStore(store, () => at);
  for (const alert of newAlerts) {
    alerts.add(alert);
    at += HOUR;
  }
  store.close();
  sandbox = await createSandbox({ database });
  return createSandboxClient(sandbox);
}

describe('an alert', () => {
  it('is fetched with the webhook request and its answer [S F003]', async () => {
    const client = await openWithAlerts([REFUSED]);
    const [listed] = await client.monitor.v1.alerts.list();
    const alert = await client.monitor.v1.alerts(listed?.sid ?? '').fetch();
    expect(alert).toMatchObject({
      sid: expect.stringMatching(/^NO[0-9a-f]{32}$/),
      accountSid: sandbox?.accountSid,
      errorCode: '11200',
      logLevel: 'error',
      moreInfo: 'https://www.twilio.com/docs/errors/11200',
      requestMethod: 'POST',
      requestUrl: REFUSED.requestUrl,
      requestVariables: REFUSED.requestVariables,
      resourceSid: REFUSED.resourceSid,
      serviceSid: REFUSED.serviceSid,
      responseBody: '<p>502</p>',
      responseHeaders: REFUSED.responseHeaders,
      dateCreated: new Date(START),
      url: `https://monitor.twilio.com/v1/Alerts/${listed?.sid}`,
    });
    expect(Object.fromEntries(new URLSearchParams(alert.alertText))).toEqual({
      Msg: 'HTTP retrieval failure',
      ErrorCode: '11200',
      LogLevel: 'ERROR',
      url: REFUSED.requestUrl,
    });
  });

  it('may have no request and no resource', async () => {
    const client = await openWithAlerts([
      { errorCode: 12200, logLevel: 'warning', message: 'Schema validation' },
    ]);
    const [listed] = await client.monitor.v1.alerts.list();
    expect(listed).toMatchObject({
      requestUrl: null,
      requestMethod: null,
      resourceSid: null,
      serviceSid: null,
    });
    expect(listed?.responseBody).toBeUndefined();
  });

  it('answers 404 if it does not exist', async () => {
    const client = await openWithAlerts([]);
    const fetching = client.monitor.v1.alerts(`NO${'0'.repeat(32)}`).fetch();
    await expect(fetching).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('the list of alerts', () => {
  const warning: NewAlert = { errorCode: 15003, logLevel: 'warning', message: 'Warning' };
  const codes = (alerts: { errorCode: string }[]) => alerts.map(({ errorCode }) => Number(errorCode));

  it('can be filtered by level and time [S F004]', async () => {
    const client = await openWithAlerts([REFUSED, warning, { ...REFUSED, errorCode: 11205 }]);
    const { alerts } = client.monitor.v1;
    expect(codes(await alerts.list())).toEqual([11205, 15003, 11200]);
    expect(codes(await alerts.list({ logLevel: 'warning' }))).toEqual([15003]);
    const [second, third] = [new Date(START + HOUR), new Date(START + 2 * HOUR)];
    expect(codes(await alerts.list({ startDate: second }))).toEqual([11205, 15003]);
    expect(codes(await alerts.list({ startDate: second, endDate: second }))).toEqual([15003]);
    expect(codes(await alerts.list({ startDate: new Date(third.getTime() + 1000) }))).toEqual([]);
  });

  it('has pages that the SDK follows in both directions [T F005]', async () => {
    const errorCodes = [1, 2, 3, 4, 5];
    const client = await openWithAlerts(errorCodes.map((errorCode) => ({ ...REFUSED, errorCode })));
    const { alerts } = client.monitor.v1;
    expect(codes(await alerts.list({ pageSize: 2, logLevel: 'error' }))).toEqual([5, 4, 3, 2, 1]);
    const first = await alerts.page({ pageSize: 2, logLevel: 'error' });
    const second = await first.nextPage();
    expect(codes(second?.instances ?? [])).toEqual([3, 2]);
    expect(second?.nextPageUrl).toBe(
      `https://monitor.twilio.com/v1/Alerts?LogLevel=error&PageSize=2&Page=2&PageToken=PA${second?.instances[1]?.sid}`,
    );
    expect(codes((await second?.previousPage())?.instances ?? [])).toEqual([5, 4]);
  });

  it('keeps the newest thousand alerts', async () => {
    const many = Array.from({ length: 1003 }, (_, errorCode) => ({ ...warning, errorCode }));
    const client = await openWithAlerts(many);
    const kept = codes(await client.monitor.v1.alerts.list({ pageSize: 1000 }));
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([1000, 1002, 3]);
  });

  it('is empty after a reset', async () => {
    const client = await openWithAlerts([REFUSED]);
    sandbox?.reset();
    expect(await client.monitor.v1.alerts.list()).toEqual([]);
  });
});
