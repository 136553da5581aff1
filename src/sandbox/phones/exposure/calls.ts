// What phones saw and heard in calls: who calls, and what is said.
import type { Store } from '../../platform/database.js';
import type { Sound } from '../../voice/call-gateway.js';
import { excerpt, type NumberExposure } from './exposure.js';
import type { NumberSpellings } from './spelling.js';

interface Row {
  readonly phone: string;
  readonly callSid: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly shown: string;
  readonly heard: string;
  readonly startedAt: number;
}

/** What the calls to and from all phones but the number's own tell of it; whoever dials a number knew it. */
export function findInCalls(store: Store, wanted: NumberSpellings): readonly NumberExposure[] {
  const { number, like } = wanted;
  const rows = store.query<Row>(
    `SELECT phone, callSid, direction, shown, heard, startedAt FROM callLog
    WHERE phone <> :number AND (shown = :number OR heard LIKE :like) ORDER BY seq`,
  );
  return rows.all({ number, like }).flatMap((row) => readRow(row, wanted));
}

function readRow(
  { phone, callSid, direction, shown, heard, startedAt }: Row,
  wanted: NumberSpellings,
): NumberExposure[] {
  const occasion = { phone, sid: callSid, at: new Date(startedAt).toISOString() };
  const sightings: NumberExposure[] = [];
  if (shown === wanted.number && direction === 'incoming') {
    sightings.push({ ...occasion, how: 'caller id', written: shown, excerpt: '' });
  }
  for (const { content } of JSON.parse(heard) as Sound[]) {
    const found = wanted.find(content);
    if (!found) continue;
    const { written, index } = found;
    sightings.push({ ...occasion, how: 'heard', written, excerpt: excerpt(content, index, written.length) });
  }
  return sightings;
}
