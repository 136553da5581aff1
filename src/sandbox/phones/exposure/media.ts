// What phones saw in the files that texts showed: contacts (vCard) and other text.
import type { Store } from '../../platform/database.js';
import { excerpt, type NumberExposure } from './exposure.js';
import type { NumberSpellings } from './spelling.js';

interface Row {
  readonly phone: string;
  readonly sid: string;
  readonly content: string;
  readonly receivedAt: number;
}

/** What the files of type `text/…` on all phones but the number's own say of it, while the account keeps them. */
export function findInMedia(
  store: Store,
  { number, like, find }: NumberSpellings,
): readonly NumberExposure[] {
  const rows = store.query<Row>(
    `SELECT phone, texts.sid AS sid, CAST(bytes AS TEXT) AS content, receivedAt FROM mediaFiles
    JOIN media ON media.seq = mediaFiles.seq JOIN texts ON texts.sid = media.messageSid
    WHERE phone <> :number AND contentType LIKE 'text/%' AND CAST(bytes AS TEXT) LIKE :like ORDER BY texts.seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, sid, content, receivedAt }) => {
    const found = find(content);
    if (!found) return [];
    const { written, index } = found;
    const at = new Date(receivedAt).toISOString();
    return [{ phone, how: 'media', written, sid, at, excerpt: excerpt(content, index, written.length) }];
  });
}
