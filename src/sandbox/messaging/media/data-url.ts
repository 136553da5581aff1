// Reads files that stand in a URL themselves; see https://www.rfc-editor.org/rfc/rfc2397.
import type { WebFile } from './download.js';

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),(.*)$/is;

/** The file in a `data:` URL; undefined for any other URL, and for what is none. */
export function findDataFile(url: string): WebFile | undefined {
  const [, type, parameters = '', data = ''] = DATA_URL.exec(url) ?? [];
  if (type === undefined) return undefined;
  const contentType = type.trim().toLowerCase() || 'text/plain';
  if (/;\s*base64\s*$/i.test(parameters)) return { contentType, bytes: Buffer.from(data, 'base64') };
  const bytes = findUnescaped(data);
  return bytes && { contentType, bytes };
}

function findUnescaped(data: string): Buffer | undefined {
  if (/%(?![0-9a-f]{2})/i.test(data)) return undefined;
  const latin = Buffer.from(data).toString('latin1');
  return Buffer.from(
    latin.replace(/%([0-9a-f]{2})/gi, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  );
}
