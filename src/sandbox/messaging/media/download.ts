// Fetches a file that a message shows, from where the app says it is.
import { debugRequest } from '../../../debug.js';
import { refusedBy, WebhookFailure } from '../../webhooks/failure.js';
import { type FileAnswer, requestBytes, type WebhookNetwork } from '../../webhooks/http-request.js';
import { findRedirect } from '../../webhooks/request.js';
import { findWebhookUrl } from '../../webhooks/webhook-url.js';

const MOST_REDIRECTS = 10;

/** A file, as it came. */
export interface WebFile {
  /** What the server says it is, without parameters; empty when it does not say. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** How a file is fetched. */
export interface DownloadPlan {
  readonly network: WebhookNetwork;
  /** The most that a file may hold, bytes. */
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * Fetches a file, with the timeouts of a webhook and without a second try.
 *
 * @throws WebhookFailure with the code of https://www.twilio.com/docs/api/errors when it cannot be had, 11751 when it
 *   is too large; what `signal` says when that ends it.
 */
export async function download(url: string, { network, most, signal }: DownloadPlan): Promise<WebFile> {
  let at = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const address = findWebhookUrl(at);
    if (!address) throw new WebhookFailure(11100, 'Invalid URL format');
    const to = { url: address.url, method: 'GET' };
    const { effort } = address;
    const timeLeft = effort.totalTimeout;
    const request = { ...to, headers: HEADERS, form: undefined, effort, timeLeft, signal };
    const describeRequest = () => `GET ${to.url}`;
    const answer = await debugRequest('http', describeRequest, () => requestBytes(request, most, network));
    signal.throwIfAborted();
    const next = findRedirect(answer, to);
    if (!next) return accept(answer);
    at = next.url;
  }
  throw new WebhookFailure(11215, 'Too many HTTP redirects');
}

const HEADERS = { 'User-Agent': 'TwilioProxy/1.1', Accept: '*/*' };

function accept({ status, headers, bytes, cut }: FileAnswer): WebFile {
  if (status >= 400) throw refusedBy(status);
  if (cut) throw new WebhookFailure(11751, 'Media exceeds messaging provider size limit');
  const [contentType = ''] = (headers['content-type'] ?? '').split(';');
  return { contentType: contentType.trim().toLowerCase(), bytes };
}
