// The stream of exchanges: from an id on, each one once and in order, however slowly the client reads.
import type { ServerResponse } from 'node:http';
import type { ExchangeSummary } from '../exchanges/exchange.js';
import type { Gateway } from './gateway.js';

/** Where a stream begins: after an id, or `now`, with the next exchange. */
export type FollowStart = number | 'now';

/** A line of the stream besides the exchanges, for clients that said where it begins. */
export type FollowNotice =
  | {
      /** The stream begins after this id. */
      readonly start: { readonly after: number };
    }
  | {
      /** `missed` exchanges after this id are no longer kept; null if all ids are new, because the database is. */
      readonly gap: { readonly after: number; readonly missed: number | null };
    };

/** How many exchanges are read at a time. */
const BATCH = 200;

/**
 * Streams a line of JSON for each exchange, until one side closes. While the client reads slowly nothing is held in memory:
 * what it missed is read from the database, and what is no longer there becomes a gap.
 *
 * @param since undefined for a client that knows no notices: it gets new exchanges only
 */
export function streamExchanges(
  gateway: Pick<Gateway, 'after' | 'lastId' | 'watch'>,
  outgoing: ServerResponse,
  since: FollowStart | undefined,
): void {
  const newest = gateway.lastId();
  const isReset = typeof since === 'number' && since > newest;
  let last = typeof since === 'number' ? (isReset ? 0 : since) : newest;
  let isBehind = false;

  function write(line: ExchangeSummary | FollowNotice): void {
    outgoing.write(`${JSON.stringify(line)}\n`);
  }

  function skipTo(id: number): void {
    if (id > last && since !== undefined) write({ gap: { after: last, missed: id - last } });
    last = Math.max(last, id);
  }

  function send(summary: ExchangeSummary): void {
    skipTo(summary.id - 1);
    last = summary.id;
    write(summary);
  }

  function catchUp(): void {
    isBehind = true;
    while (!outgoing.writableNeedDrain) {
      const upTo = gateway.lastId();
      const batch = gateway.after(last, BATCH);
      for (const summary of batch) send(summary);
      if (batch.length === BATCH) continue;
      skipTo(upTo);
      isBehind = false;
      return;
    }
  }

  outgoing.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  outgoing.flushHeaders();
  if (isReset) write({ gap: { after: since, missed: null } });
  else if (since === 'now') write({ start: { after: last } });
  const stop = gateway.watch((summary) => {
    if (isBehind) return;
    if (outgoing.writableNeedDrain) isBehind = true;
    else send(summary);
  });
  outgoing.on('close', stop).on('drain', () => {
    if (isBehind) catchUp();
  });
  catchUp();
}
