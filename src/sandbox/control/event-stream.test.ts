// Reads the event stream over HTTP: cuts it at random bytes, resumes it, and reads it too slowly.
import { request } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import fc from 'fast-check';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countRuns } from '../../../test/support/runs.js';
import { listen } from '../../http/listen.js';
import { createOpenTraces } from '../platform/events/open-traces.js';
import { createEventStream, type EventStream } from '../platform/events/stream.js';
import { addEventRoutes } from './events.js';

const CAPACITY = 10_000;

interface Served {
  readonly events: EventStream;
  readonly origin: string;
  /** How many readers are subscribed. */
  readers(): number;
  emit(count: number): void;
}

/** Serves the routes of events alone; the test emits what it wants. */
async function serve({ heartbeatMs = 60_000 } = {}): Promise<Served> {
  const stream = createEventStream(Date.now);
  const traces = createOpenTraces();
  let readers = 0;
  const events: EventStream = {
    ...stream,
    subscribe: (listener) => {
      readers += 1;
      const stop = stream.subscribe(listener);
      return () => {
        readers -= 1;
        stop();
      };
    },
  };
  const app = new Hono();
  addEventRoutes(app, { events, traces, heartbeatMs });
  const { origin, close } = await listen(getRequestListener(app.fetch, { overrideGlobalObjects: false }), {
    port: 0,
  });
  onTestFinished(close);
  const emit = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const [kind, traceId] = ['call.status', `t-${stream.lastId() % 3}`] as const;
      stream.emit({ kind, traceId, cause: null, sid: 'CA\u20281', status: '📲'.repeat(index % 5) });
    }
  };
  return { events, origin, readers: () => readers, emit };
}

interface Block {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly data: string | undefined;
}

/** Returns the blocks that have arrived whole; a reader must not use the rest. */
function readBlocks(text: string): Block[] {
  const whole = text.slice(0, text.lastIndexOf('\n\n') + 1);
  return whole
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const find = (name: string) => new RegExp(`^${name}: ([^\\n]*)`, 'm').exec(block)?.[1];
      return { id: find('id'), type: find('event'), data: find('data') };
    });
}

/** Reads until `isDone`, then cuts the connection. `onOpen` runs once the answer has begun. */
function read(
  { origin }: Served,
  query: string,
  isDone: (bytes: Buffer) => boolean,
  { headers = {}, onOpen = () => {} }: { headers?: Record<string, string>; onOpen?: () => void } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const outgoing = request(`${origin}/events${query}`, { headers }, (incoming) => {
      incoming.on('error', () => undefined);
      incoming.on('data', (chunk: Buffer) => {
        if (bytes.length === 0) onOpen();
        bytes = Buffer.concat([bytes, chunk]);
        if (!isDone(bytes)) return;
        outgoing.destroy();
        resolve(bytes);
      });
      incoming.on('end', () => resolve(bytes));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const readUntil = async (served: Served, query: string, part: string | RegExp, options = {}) =>
  String(await read(served, query, (bytes) => new RegExp(part, 'm').test(String(bytes)), options));

describe('the event stream', () => {
  it('gives each event exactly once to a reader who is cut off at any byte, and names every gap', async () => {
    const served = await serve();
    const { events, emit } = served;
    const bursts = fc.array(
      fc.record({
        count: fc.nat({ max: 300 }),
        cutAfter: fc.nat({ max: 30_000 }),
        // Rarely, more is emitted than the sandbox keeps, or everything is forgotten.
        accident: fc.oneof(
          { arbitrary: fc.constant('none'), weight: 8 },
          { arbitrary: fc.constantFrom('overflow', 'clear'), weight: 1 },
        ),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const property = fc.asyncProperty(bursts, async (plan) => {
      const first = events.lastId();
      let position = `${events.epoch}-${first}`;
      const seen: number[] = [];
      const missed: number[] = [];
      const take = (blocks: readonly Block[]) => {
        for (const { id, type, data = '' } of blocks) {
          if (id !== undefined) position = id;
          if (type === 'call.status') seen.push((JSON.parse(data) as { id: number }).id);
          if (type !== 'gap') continue;
          const { after, before, missed: count } = JSON.parse(data);
          expect(count).toBe(before - after - 1);
          for (let lost = after + 1; lost < before; lost += 1) missed.push(lost);
        }
      };
      for (const { count, cutAfter, accident } of plan) {
        emit(count);
        const wanted = events.lastId() + count;
        const options = {
          headers: { 'last-event-id': position },
          // In the midst of reading.
          onOpen: () => emit(count),
        };
        const isRead = (bytes: Buffer) => bytes.includes(`id: ${events.epoch}-${wanted}\n`);
        const bytes = await read(served, '', (all) => all.length >= cutAfter || isRead(all), options);
        take(readBlocks(String(bytes.subarray(0, cutAfter))));
        if (accident === 'overflow') emit(CAPACITY + 7);
        if (accident === 'clear') events.clear();
      }
      // The last one, so that there is something to end with after `clear`.
      emit(1);
      const last = `id: ${events.epoch}-${events.lastId()}\nevent: call.status\n[\\s\\S]*\n\n$`;
      take(readBlocks(await readUntil(served, '', last, { headers: { 'last-event-id': position } })));
      const all = Array.from({ length: events.lastId() - first }, (_, index) => first + 1 + index);
      expect([...seen, ...missed].toSorted((one, other) => one - other)).toEqual(all);
      expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    });
    await fc.assert(property, { numRuns: countRuns(50) });
    await expect.poll(served.readers).toBe(0);
  });

  it('names what a reader has missed who is too slow', async () => {
    const served = await serve();
    const { events, emit } = served;
    emit(1);
    const seen: number[] = [];
    let missed = 0;
    const isOver = new Promise<void>((resolve, reject) => {
      const outgoing = request(`${served.origin}/events?since=0`, (incoming) => {
        incoming.on('error', () => undefined);
        incoming.pause();
        // The socket's buffers are full long before.
        for (let round = 0; round < 20; round += 1) emit(CAPACITY);
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          const end = text.lastIndexOf('\n\n') + 2;
          for (const { type, data = '' } of readBlocks(text.slice(0, end))) {
            if (type === 'gap') missed += JSON.parse(data).missed;
            if (type === 'call.status') seen.push(JSON.parse(data).id);
          }
          text = text.slice(end);
          if (seen.at(-1) !== events.lastId()) return;
          outgoing.destroy();
          resolve();
        });
        incoming.resume();
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    await isOver;
    expect(missed).toBeGreaterThan(0);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length + missed).toBe(events.lastId());
  });

  it('tells a reader with a position of another sandbox that it was reset, and sends everything kept', async () => {
    const served = await serve();
    const { events, emit } = served;
    emit(3);
    const { epoch } = events;
    for (const since of ['0123456789abcdef-2', `${epoch}-4`, '4']) {
      const blocks = readBlocks(await readUntil(served, `?since=${since}`, /-3\nevent: call[\s\S]*\n\n$/));
      expect(blocks.map(({ id, type }) => [id, type])).toEqual([
        [`${epoch}-0`, 'reset'],
        ...[1, 2, 3].map((id) => [`${epoch}-${id}`, 'call.status']),
      ]);
      expect(JSON.parse(blocks[0]?.data ?? '')).toEqual({ epoch, lastId: 3, oldestId: 1 });
    }
  });

  it('starts with the oldest kept event after a plain 0, and with a gap after a position before it', async () => {
    const served = await serve();
    const { events, emit } = served;
    const oldest = 8;
    emit(CAPACITY + oldest - 1);
    const firstOf = async (query: string) => readBlocks(await readUntil(served, query, /event: [\s\S]*\n\n/));
    const [opening, first] = await firstOf('?since=0');
    expect([opening?.id, first?.id]).toEqual([`${events.epoch}-${oldest - 1}`, `${events.epoch}-${oldest}`]);
    for (const since of [`${events.epoch}-0`, `${events.epoch}-3`, '3']) {
      const after = Number(since.split('-').at(-1));
      const [start, gap, next] = await firstOf(`?since=${since}`);
      expect(start).toMatchObject({ id: `${events.epoch}-${after}`, type: undefined });
      expect(gap).toEqual({
        id: `${events.epoch}-${oldest - 1}`,
        type: 'gap',
        data: JSON.stringify({ after, before: oldest, missed: oldest - 1 - after }),
      });
      expect(next?.id).toBe(`${events.epoch}-${oldest}`);
    }
  });

  it('begins with the time to retry and its position, and prefers Last-Event-ID to the query', async () => {
    const served = await serve();
    const { epoch } = served.events;
    served.emit(5);
    expect(await readUntil(served, '', '\n\n')).toBe(`retry: 1000\nid: ${epoch}-5\n\n`);
    const headers = { 'last-event-id': `${epoch}-4` };
    const text = await readUntil(served, '?since=0', /event: [\s\S]*\n\n/, { headers });
    expect(readBlocks(text).map(({ id }) => id)).toEqual([`${epoch}-4`, `${epoch}-5`]);
  });

  it('sends a comment with the new position while nothing matches', async () => {
    const served = await serve({ heartbeatMs: 1 });
    const onOpen = () => served.emit(2);
    const query = '?kind=text.queued,text.status';
    const text = await readUntil(served, query, `^id: ${served.events.epoch}-2\n\n`, { onOpen });
    expect(text).toMatch(/^retry: 1000\nid: .*-0\n\n(: nothing new\nid: .*-[02]\n\n)+$/);
  });

  it('sends the events of several kinds, and of one trace', async () => {
    const served = await serve();
    const { events, emit } = served;
    const onOpen = () => {
      emit(3);
      events.emit({ kind: 'sandbox.reset', traceId: 't-1', cause: null });
      events.emit({ kind: 'call.connected', traceId: 'other', cause: null, sid: 'CA1', otherSid: 'CA2' });
    };
    const text = await readUntil(served, '?kind=sandbox.reset,call.connected', /-5\nevent[\s\S]*\n\n$/, {
      onOpen,
    });
    expect(readBlocks(text).map(({ type }) => type)).toEqual([undefined, 'sandbox.reset', 'call.connected']);
    const traced = String(await read(served, '?trace=t-1&since=0', () => false));
    expect(readBlocks(traced).map(({ id }) => id?.split('-')[1])).toEqual(['0', '2', '4']);
  });

  it('ends its subscription when the reader goes away', async () => {
    const served = await serve();
    await readUntil(served, '', '\n\n', { onOpen: () => expect(served.readers()).toBe(1) });
    await expect.poll(served.readers).toBe(0);
  });

  it.each(['nobody', 'text.queued,', 'text.queued,nobody'])('refuses the kind %s', async (kind) => {
    const app = new Hono();
    app.onError((error, context) => context.text(error.message, 400));
    addEventRoutes(app, { events: createEventStream(Date.now), traces: createOpenTraces() });
    for (const path of ['/events', '/events.json']) {
      const answer = await app.request(`${path}?kind=${kind}`);
      expect([answer.status, await answer.text()]).toEqual([
        400,
        expect.stringContaining('the kinds are request.in, fault.hit, '),
      ]);
    }
  });
});
