// The position in the events of a sandbox, `EPOCH-N`: the id of an event, and the start of the sandbox that it belongs to.

/** The position of a reader. */
export interface EventPosition {
  /** Of the sandbox; undefined if the reader gave the plain id. */
  readonly epoch?: string;
  /** Of the last event that was seen; 0 before the first. */
  readonly id: number;
}

/** The header of `/events.json` with the position of the newest event. */
export const LAST_EVENT_HEADER = 'Relay-Phone-Last-Event';

/** Formats a position, as the id of a server-sent event has it. */
export function formatPosition(epoch: string, id: number): string {
  return `${epoch}-${id}`;
}

/** Reads `EPOCH-N` or the plain `N`; undefined if it is neither. */
export function findPosition(text: string): EventPosition | undefined {
  const [, epoch, id] = /^(?:([0-9a-f]{16})-)?(\d{1,15})$/.exec(text) ?? [];
  if (id === undefined) return undefined;
  return { ...(epoch !== undefined && { epoch }), id: Number(id) };
}
