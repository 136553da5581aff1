// The files that the app's TwiML names: Twilio fetches them for a text or a call without signing the request.
import { unzipSync } from 'node:zlib';
import { findHeader } from '../../exchanges/headers.js';
import { findTagName, readMarkupText, splitMarkup } from '../../markup.js';
import type { ForwardResult } from './forward.js';

/** The files under the public base that TwiML has named. */
export interface MediaFiles {
  /** Remembers the files that the answer to a webhook names. @param url the URL of the webhook */
  learn(answer: Pick<ForwardResult, 'headers' | 'body'>, url: string): void;
  /** True if TwiML has named exactly this request target. */
  has(target: string): boolean;
}

/** The elements whose text is the URL of a file. */
const ELEMENTS = ['Media', 'Play'] as const;
/** Twilio takes no longer TwiML. */
const MAX_TWIML_BYTES = 64 * 1024;
/** Above this number the oldest is forgotten. */
const MAX_FILES = 1000;

/** Creates an empty list. */
export function createMediaFiles(): MediaFiles {
  /** Oldest first. */
  const targets = new Set<string>();

  function add(target: string): void {
    targets.delete(target);
    targets.add(target);
    const [oldest] = targets;
    if (targets.size > MAX_FILES && oldest !== undefined) targets.delete(oldest);
  }

  return {
    learn: ({ headers, body }, url) => {
      const twiml = readTwiml(headers, body);
      if (!ELEMENTS.some((name) => twiml.includes(`<${name}`))) return;
      for (const named of listFileUrls(twiml)) {
        const file = URL.canParse(named, url) ? new URL(named, url) : undefined;
        if (file?.origin === new URL(url).origin) add(file.pathname + file.search);
      }
    },
    has: (target) => targets.has(target),
  };
}

function readTwiml(headers: readonly string[], body: Buffer): string {
  if (body.length > MAX_TWIML_BYTES) return '';
  if (findHeader(headers, 'content-encoding')?.toLowerCase() !== 'gzip') return body.toString();
  try {
    return unzipSync(body, { maxOutputLength: MAX_TWIML_BYTES }).toString();
  } catch {
    return '';
  }
}

function listFileUrls(twiml: string): string[] {
  const tokens = splitMarkup(twiml);
  return tokens.flatMap((token, at) => {
    const isStart = !token.raw.startsWith('</') && !token.raw.endsWith('/>');
    if (!isStart || !ELEMENTS.some((name) => name === findTagName(token))) return [];
    const rest = tokens.slice(at + 1, at + 1 + MAX_TOKENS);
    const end = rest.findIndex(({ kind }) => kind === 'tag');
    return end === -1 ? [] : [readMarkupText(rest.slice(0, end))];
  });
}

/** A URL may be in several parts, such as a CDATA section between line breaks. */
const MAX_TOKENS = 10;
