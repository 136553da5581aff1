// Shows what happens in a sandbox as server-sent events.
import type { Context } from 'hono';
import type { SandboxEvent } from '../platform/events/event.js';
import { isMeant } from '../platform/events/search.js';
import type { World } from '../world.js';

/** Lists the events that are kept, filtered as {@link streamEvents} does. */
export function listEvents(context: Context, { events }: World): Response {
  const filter = readFilter(context);
  return context.json(events.list(readSince(context)).filter((event) => isMeant(event, filter)));
}

/**
 * Streams events as https://html.spec.whatwg.org/multipage/server-sent-events.html has it: the event's id, its kind as
 * the type, its JSON as the data. It begins after the id in `Last-Event-ID` or `?since=`, else with the next event.
 * With `?kind=` only that kind is shown; with `?trace=` only that trace, and the stream ends once nothing of it is under
 * way any more.
 */
export function streamEvents(context: Context, world: World): Response {
  const filter = readFilter(context);
  const trace = filter.traceId;
  let last = readSince(context) ?? world.events.lastId();
  let wake = () => {};
  const unsubscribe = world.events.subscribe(() => wake());

  function takeNew(): SandboxEvent[] {
    // After a restart ids begin anew, and those of before mean nothing.
    const events = world.events.list(last > world.events.lastId() ? 0 : last);
    last = events.at(-1)?.id ?? last;
    return events.filter((event) => isMeant(event, filter));
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const isOver = trace !== undefined && !isUnderWay(world, trace);
      const events = takeNew();
      if (events.length > 0) controller.enqueue(encoder.encode(events.map(formatEvent).join('')));
      if (isOver) {
        unsubscribe();
        controller.close();
      }
      if (isOver || events.length > 0) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      // Whatever the event ends has ended by then, and those that come together are sent together.
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

function isUnderWay({ carrier, webhooks, callbacks, voice }: World, traceId: string): boolean {
  const parts = [carrier, webhooks.flights, callbacks, voice];
  return parts.some((part) => part.has(traceId));
}
