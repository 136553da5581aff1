// What phones saw in texts: whose they are, and what they say.
import type { Store } from '../../platform/database.js';
import { excerpt, type NumberExposure } from './exposure.js';
import type { NumberSpellings } from './spelling.js';

interface Row {
  readonly phone: string;
  readonly sid: string;
  readonly sender: string;
  readonly body: string;
  readonly receivedAt: number;
}

/** What the texts on all phones but the number's own show of it. */
export function findInTexts(store: Store, wanted: NumberSpellings): readonly NumberExposure[] {
  const { number, like } = wanted;
  const rows = store.query<Row>(
    `SELECT phone, sid, sender, body, receivedAt FROM texts
    WHERE phone <> :number AND (sender = :number OR body LIKE :like) ORDER BY seq`,
  );
  return rows.all({ number, like }).flatMap((row) => readRow(row, wanted));
}

function readRow(
  { phone, sid, sender, body, receivedAt }: Row,
  { number, find }: NumberSpellings,
): NumberExposure[] {
  const occasion = { phone, sid, at: new Date(receivedAt).toISOString() };
  const sightings: NumberExposure[] = [];
  if (sender === number) {
    sightings.push({ ...occasion, how: 'sender', written: sender, excerpt: excerpt(body, 0, 0) });
  }
  const found = find(body);
  if (found) {
    const { written, index } = found;
    sightings.push({ ...occasion, how: 'body', written, excerpt: excerpt(body, index, written.length) });
  }
  return sightings;
}
