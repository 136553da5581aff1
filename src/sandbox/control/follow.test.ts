// Follows event streams that are cut off, that have gaps, and whose sandbox was restarted.
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import fc from 'fast-check';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countRuns } from '../../../test/support/runs.js';
import { listen } from '../../http/listen.js';
import { createOpenTraces } from '../platform/events/open-traces.js';
import { createEventStream, type EventStream } from '../platform/events/stream.js';
import { createControlClient } from './client.js';
import { addEventRoutes } from './events.js';
import { proveToken } from './proof.js';

const TOKEN = 'the token';

/** Serves events, and cuts each stream after as many bytes as `nextCut` says. */
async function serve(nextCut: () => number) {
  let events = createEventStream(Date.now);
  const traces = createOpenTraces();
  let answer: RequestListener = () => undefined;
  let cuts = 0;
  function start(): void {
    const app = new Hono().basePath('/_sandbox');
    app.get('/hello', (context) =>
      context.json({ proof: proveToken(TOKEN, context.req.query('nonce') ?? '') }),
    );
    addEventRoutes(app, { events, traces });
    answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  }
  start();
  const { origin, close } = await listen(
    (incoming, outgoing) => {
      if (incoming.url?.startsWith('/_sandbox/events')) {
        let left = nextCut();
        const write = outgoing.write.bind(outgoing) as (chunk: Uint8Array) => boolean;
        outgoing.write = (chunk: Uint8Array) => {
          if (chunk.length <= left) {
            left -= chunk.length;
            return write(chunk);
          }
          cuts += 1;
          write(chunk.subarray(0, left));
          // What was written leaves first.
          setImmediate(() => outgoing.destroy());
          return false;
        };
      }
      answer(incoming, outgoing);
    },
    { port: 0 },
  );
  onTestFinished(close);
  return {
    client: createControlClient({ origin, controlToken: TOKEN }),
    traces,
    close,
    cuts: () => cuts,
    events: () => events,
    restart: () => {
      events = createEventStream(Date.now);
      start();
    },
  };
}

function emit(events: EventStream, count: number, traceId = 't'): void {
  for (let index = 0; index < count; index += 1) {
    events.emit({ kind: 'call.status', traceId, cause: null, sid: 'CA1', status: `line\u2028📲 ${index}` });
  }
}

describe('a follower', () => {
  it('gets each event exactly once through any number of cuts', async () => {
    // A whole event fits into each but the first; the second cut in a row without one would make the client wait.
    const cut = fc.tuple(fc.integer({ max: 200, min: 0 }), fc.integer({ min: 400, max: 5000 }));
    const plans = fc.array(cut, { minLength: 1, maxLength: 10 });
    const property = fc.asyncProperty(plans, async (plan) => {
      const cuts = plan.flat();
      const served = await serve(() => cuts.shift() ?? 100_000_000);
      const events = served.events();
      const wanted = 200;
      const watching = new AbortController();
      const seen: number[] = [];
      emit(events, wanted / 2);
      await served.client.watch(
        (event) => {
          seen.push(event.id);
          if (seen.length % 2 === 1 && events.lastId() < wanted) emit(events, 1);
          if (event.id === wanted) watching.abort();
        },
        { since: 0, signal: watching.signal, onGap: () => expect.unreachable() },
      );
      await served.close();
      expect(seen).toEqual(Array.from({ length: wanted }, (_, index) => index + 1));
      expect(served.cuts()).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: countRuns(20) });
  });

  it('of a trace gets all of it through cuts, until the trace is closed', async () => {
    let cut = 100;
    const served = await serve(() => {
      cut += 100;
      return cut;
    });
    const { client, traces } = served;
    const events = served.events();
    traces.add('t');
    emit(events, 5);
    emit(events, 5, 'other');
    const seen: number[] = [];
    await client.follow('t', (event) => {
      seen.push(event.id);
      if (event.id === 5) emit(events, 1);
      if (event.id === 11) traces.remove('t');
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 11]);
    expect(served.cuts()).toBeGreaterThan(2);
  });

  it('is told how many events it has missed', async () => {
    const [first, second] = [1500, 100_000_000];
    let streams = 0;
    const served = await serve(() => {
      streams += 1;
      if (streams === 2) emit(served.events(), 10_100);
      return streams === 1 ? first : second;
    });
    const events = served.events();
    const gaps: number[] = [];
    const seen: number[] = [];
    const watching = new AbortController();
    emit(events, 50);
    await served.client.watch(
      ({ id }) => {
        seen.push(id);
        if (id === 10_150) watching.abort();
      },
      { since: 0, signal: watching.signal, onGap: ({ missed }) => gaps.push(missed) },
    );
    expect(gaps).toEqual([10_150 - seen.length]);
    expect(gaps[0]).toBeGreaterThan(100);
  });

  it('is told when another sandbox answers, and gets its events', async () => {
    let streams = 0;
    const served = await serve(() => {
      streams += 1;
      if (streams === 2) {
        served.restart();
        emit(served.events(), 3);
      }
      return streams === 1 ? 1500 : 100_000_000;
    });
    const watching = new AbortController();
    const notes: unknown[] = [];
    emit(served.events(), 50);
    await served.client.watch(
      ({ id }) => {
        notes.push(id);
        if (id === 3 && notes.includes('reset')) watching.abort();
      },
      {
        since: 0,
        signal: watching.signal,
        onReset: ({ epoch, lastId, oldestId }) => {
          expect(epoch).toBe(served.events().epoch);
          notes.push('reset', lastId, oldestId);
        },
      },
    );
    expect(notes.slice(notes.indexOf('reset'))).toEqual(['reset', 3, 1, 1, 2, 3]);
  });

  it('fails when the sandbox is gone', async () => {
    const served = await serve(() => 100_000_000);
    emit(served.events(), 1);
    const watching = served.client.watch(() => void served.close(), { since: 0 });
    await expect(watching).rejects.toMatchObject({ kind: 'network' });
  });
});
