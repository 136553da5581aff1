// Follows the event stream of a sandbox: connects again after a cut, and continues where it was cut.
import { streamLines, UnexpectedStatus } from '../../http/lines.js';
import { sleep } from '../../real-time.js';
import type { SandboxEvent } from '../platform/events/event.js';
import type { EventGap, EventReset } from './event-stream.js';
import { verifySandbox } from './proof.js';
import { type ControlAddress, formatQuery, unreachable } from './send.js';

/** What a follower is told beside the events. */
export interface FollowNotices {
  /** The sandbox no longer keeps some events that were not read yet. */
  readonly onGap?: (gap: EventGap) => void;
  /** Another sandbox answers at the address; its events follow. */
  readonly onReset?: (reset: EventReset) => void;
}

/** Which events to read, and until when. */
export interface FollowOptions extends FollowNotices {
  /** Only events of this trace, until nothing of it is in progress. Default: all events, without end. */
  readonly traceId?: string;
  /** Only events of these kinds. Default: all. */
  readonly kinds?: readonly SandboxEvent['kind'][];
  /** Starts after this event: its id, or its position `EPOCH-N`. 0 starts with the oldest that is kept. Default: with the next event. */
  readonly since?: number | string;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** How long to wait after a second cut in a row without progress, milliseconds. */
const RETRY_MS = 1000;

/**
 * Calls `onEvent` with each event, exactly once; resolves when the stream ends or `signal` is aborted. Connects again
 * after a cut, as long as the sandbox proves its identity.
 *
 * @throws RelayPhoneError `network` if the sandbox cannot be reached, or closes.
 */
export async function followEvents(
  { origin, controlToken }: ControlAddress,
  options: FollowOptions,
  onEvent: (event: SandboxEvent) => void,
): Promise<void> {
  const { traceId, kinds, signal } = options;
  const headers = { Authorization: `Bearer ${controlToken}` };
  let position = options.since;
  for (let idleCuts = 0; !signal?.aborted; ) {
    const connectedAt = position;
    const url = new URL(
      `${origin}/_sandbox/events${formatQuery({ trace: traceId, kind: kinds?.join(','), since: position })}`,
    );
    const read = createBlockReader((block) => {
      // Lines may still arrive after the abort.
      if (signal?.aborted) return;
      position = block.id;
      dispatch(block, options, onEvent);
    });
    try {
      await streamLines({ url, headers, signal }, read);
      if (traceId !== undefined) return;
    } catch (error) {
      if (error instanceof UnexpectedStatus) throw unreachable(origin, error);
    }
    idleCuts = position === connectedAt ? idleCuts + 1 : 0;
    if (idleCuts > 1) await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) return;
    await verifySandbox(origin, controlToken).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  }
}

/** A server-sent event, with its position as the id. */
interface Block {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Returns a function that takes the stream line by line. A block counts only once its empty line has arrived. */
function createBlockReader(onBlock: (block: Block) => void): (line: string) => void {
  let fields: Record<string, string> = {};
  return (line) => {
    if (line === '') {
      const { id, event: type = '', data = '' } = fields;
      if (id !== undefined) onBlock({ id, type, data });
      fields = {};
      return;
    }
    const [, name = '', value = ''] = /^([a-z]+): (.*)$/s.exec(line) ?? [];
    fields[name] = value;
  };
}

function dispatch(
  { type, data }: Block,
  { onGap, onReset }: FollowNotices,
  onEvent: (event: SandboxEvent) => void,
): void {
  if (data === '') return;
  if (type === 'gap') onGap?.(JSON.parse(data) as EventGap);
  else if (type === 'reset') onReset?.(JSON.parse(data) as EventReset);
  else onEvent(JSON.parse(data) as SandboxEvent);
}
