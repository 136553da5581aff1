// The pages of exchanges beside a server whose list grows and is emptied.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExchangeReport } from '../../exchanges/report.js';
import { createExchangePages } from './exchange-pages.js';

const SIZE = 100;

/** A server with exchanges from 1 on. */
function createServer(count: number) {
  const ids = { first: 1, last: count };
  const failure: { error: Error | undefined } = { error: undefined };
  const asked: string[] = [];
  const get = async <Answer>(path: string): Promise<Answer> => {
    asked.push(path);
    if (failure.error) throw failure.error;
    const query = new URL(path, 'http://page').searchParams;
    const before = Number(query.get('before') ?? ids.last + 1);
    const newest = Math.min(before - 1, ids.last);
    const page = [];
    for (let id = newest; id >= ids.first && page.length < SIZE; id -= 1) page.push({ id } as ExchangeReport);
    return page as Answer;
  };
  return { ids, failure, asked, get };
}

const idsOf = (pages: ReturnType<typeof createExchangePages>) => pages.loaded.value?.map(({ id }) => id);

/** Returns the ids from one down to another. */
const down = (from: number, to: number) =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, at) => from - at);

describe('the pages of exchanges', () => {
  it('are loaded back to the oldest one', async () => {
    const server = createServer(250);
    const pages = createExchangePages(server, 'refused=true');
    expect(pages.loaded.value).toBeUndefined();
    await pages.refresh();
    expect([idsOf(pages), pages.hasEarlier.value]).toEqual([down(250, 151), true]);
    await pages.loadEarlier();
    await pages.loadEarlier();
    await pages.loadEarlier();
    expect([idsOf(pages), pages.hasEarlier.value]).toEqual([down(250, 1), false]);
    expect(server.asked).toEqual([
      '/exchanges?limit=100&refused=true',
      '/exchanges?limit=100&before=151&refused=true',
      '/exchanges?limit=100&before=51&refused=true',
    ]);
  });

  it('are always the newest ones without a hole, whatever comes and is loaded meanwhile', async () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 250 }) }),
      fc.constantFrom('earlier' as const, 'both' as const, 'refresh' as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 350 }),
        fc.array(step, { maxLength: 12 }),
        async (start, steps) => {
          const server = createServer(start);
          const pages = createExchangePages(server, '');
          for (const one of steps) {
            if (one === 'earlier') await pages.loadEarlier();
            else if (one === 'both') await Promise.all([pages.refresh(), pages.loadEarlier()]);
            else if (one === 'refresh') await pages.refresh();
            else server.ids.last += one.add;
          }
          await pages.refresh();
          const { last } = server.ids;
          const loaded = idsOf(pages) ?? [];
          expect(loaded).toEqual(down(last, last - loaded.length + 1));
          expect(loaded.length).toBeGreaterThanOrEqual(Math.min(last, SIZE));
          if (!pages.hasEarlier.value) expect(loaded).toHaveLength(last);
        },
      ),
    );
  });

  it('keep two thousand while new ones come, and more if somebody goes further back', async () => {
    const server = createServer(1990);
    const pages = createExchangePages(server, '');
    await pages.refresh();
    while (pages.hasEarlier.value) await pages.loadEarlier();
    server.ids.last += 50;
    await pages.refresh();
    expect([idsOf(pages), pages.hasEarlier.value]).toEqual([down(2040, 41), true]);
    await pages.loadEarlier();
    server.ids.last += 1;
    await pages.refresh();
    expect(idsOf(pages)?.length).toBe(2040);
  });

  it('forget what the server has no more', async () => {
    const server = createServer(30);
    const pages = createExchangePages(server, '');
    await pages.refresh();
    server.ids.first = 31;
    await pages.refresh();
    expect([idsOf(pages), pages.hasEarlier.value]).toEqual([[], false]);
  });

  it('are loaded anew, and ignore an answer from before', async () => {
    const server = createServer(150);
    const pages = createExchangePages(server, '');
    await pages.refresh();
    const late = pages.loadEarlier();
    server.ids.last = 3;
    await Promise.all([pages.startAnew(), late]);
    expect([idsOf(pages), pages.hasEarlier.value]).toEqual([[3, 2, 1], false]);
  });

  it('stay when a request fails, with the reason until one succeeds', async () => {
    const server = createServer(120);
    const pages = createExchangePages(server, '');
    await pages.refresh();
    server.failure.error = new Error('it has just ended');
    await pages.loadEarlier();
    expect([idsOf(pages)?.length, pages.error.value]).toEqual([100, server.failure.error]);
    server.failure.error = undefined;
    await pages.loadEarlier();
    expect([idsOf(pages)?.length, pages.error.value]).toEqual([120, undefined]);
  });

  it('ask once more for all that comes while a request runs', async () => {
    const server = createServer(1);
    const pages = createExchangePages(server, '');
    await Promise.all([pages.refresh(), pages.refresh(), pages.refresh()]);
    await pages.refresh();
    expect(server.asked).toHaveLength(3);
  });
});
