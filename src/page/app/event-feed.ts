// Reads the event stream of the sandbox, connects again after each cut, and never gives up.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
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

  function take({ id, type, data }: Block): void {
    position = id;
    if (data === '') return;
    if (type === 'gap' || type === 'reset') {
      flush();
      if (type === 'reset') send({ type: 'restarted' });
      else send({ type: 'gap', missed: (JSON.parse(data) as { missed: number }).missed });
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
    send({ type: 'connection', connection: 'live' });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = createBlockParser(take);
    for (let part = await reader.read(); !part.done; part = await reader.read()) parse(part.value);
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

/** A server-sent event. */
interface Block {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Returns a function that takes the stream in parts of any size. An event counts only once its empty line has arrived. */
function createBlockParser(onBlock: (block: Block) => void): (part: string) => void {
  let rest = '';
  let fields: Record<string, string> = {};
  return (part) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        const { id, event: type = '', data = '' } = fields;
        if (id !== undefined) onBlock({ id, type, data });
        fields = {};
        continue;
      }
      const colon = line.indexOf(': ');
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
  };
}
