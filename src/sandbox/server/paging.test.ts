// Pages through lists forwards and backwards, as the official SDK does.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw, waitForStatus } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

const FROM = '+12025550100';
const TO = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
/** Newest first, as in lists. */
let sids: string[];

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
  sids = [];
  for (let index = 0; index < 7; index += 1) {
    sids.unshift((await client.messages.create({ from: FROM, to: TO, body: `text ${index}` })).sid);
  }
  await waitForStatus(client, sids[0] ?? '', 'delivered');
});
afterEach(() => sandbox.close());

const messagesPath = () => `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
const fetchJson = async (path: string) =>
  (await fetchRaw(sandbox, path)).json() as Promise<Record<string, unknown>>;

describe('a list', () => {
  it('has the newest first [U F187]', async () => {
    expect((await client.messages.list()).map(({ sid }) => sid)).toEqual(sids);
  });

  it.each([1, 2, 3, 7, 50])('is complete in pages of %i [T F188]', async (pageSize) => {
    expect((await client.messages.list({ pageSize })).map(({ sid }) => sid)).toEqual(sids);
  });

  it('can be iterated row by row [T F189]', async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error) => (error ? reject(error) : resolve());
      client.messages.each({ pageSize: 2, done, callback: ({ sid }) => void seen.push(sid) });
    });
    expect(seen).toEqual(sids);
  });

  it('ends at a limit [T F190]', async () => {
    expect((await client.messages.list({ limit: 3 })).map(({ sid }) => sid)).toEqual(sids.slice(0, 3));
  });

  it('continues after a row that was deleted between pages', async () => {
    const first = await client.messages.page({ pageSize: 3 });
    await client.messages(sids[2] ?? '').remove();
    const second = await first.nextPage();
    expect(second?.instances.map(({ sid }) => sid)).toEqual(sids.slice(3, 6));
  });

  it('has links to previous pages [S F191]', async () => {
    const first = await client.messages.page({ pageSize: 3 });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    expect(third?.instances.map(({ sid }) => sid)).toEqual(sids.slice(6));
    expect(third?.nextPageUrl).toBeUndefined();
    const back = await third?.previousPage();
    expect(back?.instances.map(({ sid }) => sid)).toEqual(sids.slice(3, 6));
    const start = await back?.previousPage();
    expect(start?.instances.map(({ sid }) => sid)).toEqual(sids.slice(0, 3));
    expect(start?.previousPageUrl).toBeUndefined();
    expect((await start?.nextPage())?.instances.map(({ sid }) => sid)).toEqual(sids.slice(3, 6));
  });

  it('accepts a page number without a token [S F192]', async () => {
    const page = await client.messages.page({ pageSize: 3, pageNumber: 2 });
    expect(page.instances.map(({ sid }) => sid)).toEqual(sids.slice(6));
  });
});

describe('a page', () => {
  it('has the paging keys and the collection, and repeats the filters in its links [S F193]', async () => {
    const path = messagesPath();
    const filters = `To=${encodeURIComponent(TO)}&DateSent%3E=2008-01-02&`;
    const { messages, ...paging } = await fetchJson(
      `${path}?PageSize=2&DateSent%3E=2008-01-02&To=%2B12025550190`,
    );
    expect(messages).toHaveLength(2);
    expect(paging).toEqual({
      start: 0,
      end: 1,
      page: 0,
      page_size: 2,
      previous_page_uri: null,
      first_page_uri: `${path}?${filters}PageSize=2&Page=0`,
      next_page_uri: `${path}?${filters}PageSize=2&Page=1&PageToken=PA${sids[1]}`,
      uri: `${path}?${filters}PageSize=2&Page=0`,
    });
  });

  it('numbers its rows after those of earlier pages [S F194]', async () => {
    const path = messagesPath();
    const { start, end, page, uri, previous_page_uri } = await fetchJson(
      `${path}?PageSize=2&Page=1&PageToken=PA${sids[1]}`,
    );
    expect({ start, end, page }).toEqual({ start: 2, end: 3, page: 1 });
    expect(uri).toBe(`${path}?PageSize=2&Page=1&PageToken=PA${sids[1]}`);
    expect(previous_page_uri).toBe(`${path}?PageSize=2&Page=0&PageToken=PB${sids[2]}`);
  });

  it('is empty if nothing matches [S F195]', async () => {
    expect(await fetchJson(`${messagesPath()}?To=nobody`)).toMatchObject({
      messages: [],
      start: 0,
      end: 0,
      page_size: 50,
      next_page_uri: null,
    });
  });

  it.each([
    ['PageSize=0', 20422, 'U'],
    ['PageSize=-1', 20422, 'U'],
    ['PageSize=1001', 20007, 'S'],
    ['PageSize=99999999999999999999', 20422, 'U'],
    ['PageSize=ten', 20422, 'U'],
    ['PageSize=1.5', 20422, 'U'],
    ['Page=-1', 20422, 'U'],
    ['Page=x', 20422, 'U'],
    ['PageToken=PAxyz', 21481, 'S'],
    ['PageToken=XXSM00000000000000000000000000000001', 21481, 'S'],
  ])('is refused for %s with %i [%s F196]', async (query, code) => {
    expect(await fetchJson(`${messagesPath()}?${query}`)).toMatchObject({ status: 400, code });
  });
});
