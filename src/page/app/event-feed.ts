// Reads the event stream of the sandbox, connects again after each cut, and never gives up.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { createBlockParser, type ServerSentEvent } from './block-parser.js';
import type { FromWorker } from './feed-messages.js';

/** Milliseconds between two attempts: at first, and at most. */
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [500, 5000];

/** Milliseconds for which events are collected before they are passed on: one batch is drawn at once. */
const BATCH_MS = 80;

/** A running feed. */
export interface EventFeed {
  /** Ends the stream. */
  stop(): void;
}

/**
 * Passes every event from now on, once, in batches. After a cut it goes on where it was cut. It stops by itself only when
 * the token is refused.
 */
export function startEventFeed(token: string, send: (message: FromWorker) => void): EventFeed {
  const ending = new AbortController();
  let position: string | undefined;
  let batch: SandboxEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    send({ type: 'events', events: batch });
    batch = [];
  }

  function take({ id, type, data }: ServerSentEvent): void {
    position = id;
    if (data === '') return;
    if (type === 'gap' || type === 'reset') {
      flush();
      if (type === 'reset') send({ type: 'restarted' });
      else send({ type: 'gap', missed: (JSON.parse(data) as { missed: number }).missed });
      return;
    }
    if (type === 'recording') {
      send({ type, isRecording: (JSON.parse(data) as { isRecording: boolean }).isRecording });
      return;
    }
    batch.push(JSON.parse(data) as SandboxEvent);
    timer ??= setTimeout(flush, BATCH_MS);
  }

  async function read(): Promise<boolean> {
    const query = position === undefined ? '' : `?since=${encodeURIComponent(position)}`;
    const answer = await fetch(`/api/events${query}`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: ending.signal,
    });
    if (answer.status === 401) return false;
    if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = createBlockParser(take);
    let isLive = false;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parse(part.value);
      // Only now is the position known from which a cut stream goes on.
      if (!isLive) send({ type: 'connection', connection: 'live' });
      isLive = true;
    }
    return true;
  }

  async function run(): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; !ending.signal.aborted; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      const startedAt = Date.now();
      try {
        if (!(await read())) return send({ type: 'connection', connection: 'refused' });
      } catch {
        // A cut; the next attempt tells whether it lasts.
      }
      flush();
      if (ending.signal.aborted) return;
      send({ type: 'connection', connection: 'lost' });
      if (Date.now() - startedAt > LAST_RETRY_MS) waitMs = FIRST_RETRY_MS;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  void run();
  return {
    stop: () => {
      ending.abort();
      clearTimeout(timer);
    },
  };
}
