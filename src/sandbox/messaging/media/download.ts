// Loads the media files of messages, from a web server or a data URL, and guesses a content type if none is given.
import { TWILIO_AGENT } from '../../../http/user-agents.js';
import { answerChallenge } from '../../webhooks/authorization.js';
import { refusedBy, WebhookFailure } from '../../webhooks/failure.js';
import {
  type FileAnswer,
  requestBytes,
  type WebhookNetwork,
  type WebhookRequest,
} from '../../webhooks/http-request.js';
import { findRedirect } from '../../webhooks/request.js';
import { findWebhookUrl } from '../../webhooks/webhook-url.js';

/** A media file. */
export interface MediaFile {
  /** The type that the server states, without parameters; empty if it states none. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** How to download a file. */
export interface DownloadPlan {
  readonly network: WebhookNetwork;
  /** A larger file is refused. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 10;

const HEADERS = { 'User-Agent': TWILIO_AGENT, Accept: '*/*' };

/**
 * Downloads a file, with the timeouts of a webhook and without a retry.
 *
 * @throws WebhookFailure with a code of https://www.twilio.com/docs/api/errors if that fails, 11751 if the file is too
 *   large; the reason of `signal` if that is aborted.
 */
export async function download(url: string, { network, maxBytes, signal }: DownloadPlan): Promise<MediaFile> {
  let next = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const address = findWebhookUrl(next);
    if (!address) throw new WebhookFailure(11100, 'Invalid URL format');
    const destination = { url: address.url, method: 'GET' };
    const { overrides } = address;
    const request: WebhookRequest = {
      ...destination,
      headers: HEADERS,
      form: undefined,
      overrides,
      timeLeftMs: overrides.totalTimeoutMs,
      signal,
    };
    const first = await requestBytes(request, maxBytes, network);
    const again = answerChallenge(request, first);
    const answer = again ? await requestBytes(again, maxBytes, network) : first;
    signal.throwIfAborted();
    const redirect = findRedirect(answer, destination);
    if (!redirect) return readFile(answer);
    next = redirect.url;
  }
  throw new WebhookFailure(11215, 'Too many HTTP redirects');
}

function readFile({ status, headers, bytes, isCut }: FileAnswer): MediaFile {
  if (status >= 400) throw refusedBy(status);
  if (isCut) throw new WebhookFailure(11751, 'Media exceeds messaging provider size limit');
  const [contentType = ''] = (headers['content-type'] ?? '').split(';');
  return { contentType: contentType.trim().toLowerCase(), bytes };
}

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),(.*)$/is;

/** The file in a `data:` URL; undefined for any other URL and for a bad one. See https://www.rfc-editor.org/rfc/rfc2397. */
export function findDataFile(url: string): MediaFile | undefined {
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

const TYPES_BY_EXTENSION: Readonly<Record<string, string>> = {
  '3gp': 'video/3gpp',
  amr: 'audio/amr',
  bmp: 'image/bmp',
  csv: 'text/csv',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tiff: 'image/tiff',
  txt: 'text/plain',
  vcf: 'text/vcard',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
};

/** The content type that the extension of a URL suggests; `application/octet-stream` if it suggests none. */
export function guessContentType(url: string): string {
  const [, extension = ''] = /\.([a-z0-9]+)$/i.exec(new URL(url).pathname) ?? [];
  const known = extension.toLowerCase();
  return (
    (Object.hasOwn(TYPES_BY_EXTENSION, known) && TYPES_BY_EXTENSION[known]) || 'application/octet-stream'
  );
}
