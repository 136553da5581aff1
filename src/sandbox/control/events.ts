// The events of a sandbox in the control API: a list, and a stream of server-sent events.
import type { Context, Hono } from 'hono';
import type { SandboxEvent } from '../platform/events/event.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import { matchesFilter } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';

/** What the routes of events need. */
export interface EventRouteDeps {
  readonly events: EventStream;
  readonly traces: OpenTraces;
}

/** Adds `/events` and `/events.json`, which take the same filters. */
export function addEventRoutes(app: Hono, deps: EventRouteDeps): void {
  const { events } = deps;
  app.get('/events', (context) => streamEvents(context, deps));
  app.get('/events.json', (context) => {
    const filter = readFilter(context);
    return context.json(events.list(readSince(context)).filter((event) => matchesFilter(event, filter)));
  });
}

/**
 * Streams server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the event's id, its kind
 * as the type, its JSON as the data. The stream starts after the id in `Last-Event-ID` or `?since=`, else with the next
 * event. `?kind=` filters by kind. `?trace=` filters by trace, and ends the stream once nothing of it is in progress.
 */
function streamEvents(context: Context, { events, traces }: EventRouteDeps): Response {
  const filter = readFilter(context);
  const trace = filter.traceId;
  let last = readSince(context) ?? events.lastId();
  let wake = () => {};
  const stopSubscribing = events.subscribe(() => wake());
  const stopWatching = traces.onQuiet((traceId) => traceId === trace && wake());
  const unsubscribe = () => {
    stopSubscribing();
    stopWatching();
  };

  function takeNew(): SandboxEvent[] {
    // After a restart, ids start again at 1, and a higher id is meaningless.
    const added = events.list(last > events.lastId() ? 0 : last);
    last = added.at(-1)?.id ?? last;
    return added.filter((event) => matchesFilter(event, filter));
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const isOver = trace !== undefined && !traces.has(trace);
      const added = takeNew();
      if (added.length > 0) controller.enqueue(encoder.encode(added.map(formatEvent).join('')));
      if (isOver) {
        unsubscribe();
        controller.close();
      }
      if (isOver || added.length > 0) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      // One turn later, what the event ends has ended, and simultaneous events can be sent together.
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }

  const stream = new ReadableStream({ pull, cancel: unsubscribe }, { highWaterMark: 0 });
  return new Response(stream, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
  });
}

function readFilter({ req }: Context) {
  return { kind: req.query('kind'), traceId: req.query('trace') };
}

function readSince({ req }: Context): number | undefined {
  const since = req.header('last-event-id') ?? req.query('since') ?? '';
  return /^\d{1,15}$/.test(since) ? Number(since) : undefined;
}

const encoder = new TextEncoder();

function formatEvent(event: SandboxEvent): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
