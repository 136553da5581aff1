// Compares the URL that was signed with the one that was requested, part by part, as they are written.
import type { Reason } from '../../exchanges/verdict.js';

/** A part of a URL that differs, as it was signed and as it was requested. */
export interface UrlDifference {
  readonly reason: Reason;
  readonly signed: string;
  readonly requested: string;
}

/** The parts of a URL, as they are written. */
interface UrlParts {
  /** With the colon. */
  readonly scheme: string;
  /** Empty without a user name and password. */
  readonly credentials: string;
  readonly hostname: string;
  /** Empty without one. */
  readonly port: string;
  readonly path: string;
  /** With the question mark; empty without one. */
  readonly query: string;
}

/** Lists the differences, from the scheme to the query. A default port that is written out is none. */
export function compareUrls(signedUrl: string, requestedUrl: string): UrlDifference[] {
  const [signed, requested] = [splitUrl(signedUrl), splitUrl(requestedUrl)];
  return [
    ...compareSchemes(signed, requested),
    ...(signed.credentials === requested.credentials
      ? []
      : [
          {
            reason: 'credentials in the URL',
            signed: signed.hostname,
            requested: requested.hostname,
          } as const,
        ]),
    ...compareHosts(signed, requested),
    ...comparePaths(signed.path, requested.path),
    ...compareQueries(signed.query, requested.query),
  ];
}

/** Splits a URL without rewriting any part of it. */
export function splitUrl(url: string): UrlParts {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^([a-z][a-z0-9+.-]*:)\/\/([^/?]*)([^?]*)(.*)$/is.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const port = /:\d*$/.exec(host)?.[0] ?? '';
  const hostname = host.slice(0, host.length - port.length);
  return {
    scheme,
    credentials: authority.slice(0, Math.max(at, 0)),
    hostname,
    port: port.slice(1),
    path,
    query,
  };
}

function compareSchemes({ scheme: signed }: UrlParts, { scheme: requested }: UrlParts): UrlDifference[] {
  if (signed === requested) return [];
  const isCase = signed.toLowerCase() === requested.toLowerCase();
  return [
    { reason: isCase ? 'letter case' : 'wrong scheme', signed: `${signed}//`, requested: `${requested}//` },
  ];
}

function compareHosts(signed: UrlParts, requested: UrlParts): UrlDifference[] {
  const [one, other] = [signed, requested].map(({ hostname, port }) =>
    port ? `${hostname}:${port}` : hostname,
  );
  const shown = { signed: one ?? '', requested: other ?? '' };
  if (signed.hostname.toLowerCase() !== requested.hostname.toLowerCase())
    return [{ reason: 'wrong host', ...shown }];
  if (findPort(signed) !== findPort(requested)) return [{ reason: 'port', ...shown }];
  return signed.hostname === requested.hostname ? [] : [{ reason: 'letter case', ...shown }];
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'ws:': '80',
  'https:': '443',
  'wss:': '443',
};

/** Returns the port; empty if it is the default one of the scheme, so that another scheme is no other port. */
function findPort({ scheme, port }: UrlParts): string {
  return port === DEFAULT_PORTS[scheme.toLowerCase()] ? '' : port;
}

function comparePaths(signed: string, requested: string): UrlDifference[] {
  if (signed === requested) return [];
  const found = (reason: Reason) => ({ reason, signed, requested });
  const [one, other] = [dropSlash(signed), dropSlash(requested)];
  // A prefix of no more than the slash would be a trailing slash, too.
  const slash = signed.endsWith('/') === requested.endsWith('/') ? [] : [found('trailing slash')];
  if (one === other) return [found('trailing slash')];
  if (one.endsWith(other) || other.endsWith(one))
    return [found('path prefix'), ...(other && one ? slash : [])];
  if (one.toLowerCase() === other.toLowerCase()) return [found('letter case'), ...slash];
  if (decodeFully(one) === decodeFully(other)) return [found('path re-encoded'), ...slash];
  return [found('other path')];
}

function dropSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function compareQueries(signed: string, requested: string): UrlDifference[] {
  if (signed === requested) return [];
  const found = (reason: Reason) => ({ reason, signed, requested });
  const [one, other] = [signed, requested].map((query) => query.slice(1).split('&').sort().join('&'));
  if (one === other && signed.length === requested.length) return [found('query in another order')];
  if (decodeFully(signed) === decodeFully(requested)) return [found('query re-encoded')];
  if (signed.toLowerCase() === requested.toLowerCase()) return [found('letter case')];
  const [sorted, otherSorted] = [one, other].map((query) =>
    decodeFully(query ?? '')
      .split('&')
      .sort()
      .join('&'),
  );
  if (sorted !== otherSorted) return [found('query differs')];
  return [found('query in another order'), found('query re-encoded')];
}

/** How often something may have been encoded. */
const MAX_ENCODED = 3;

/** Returns a text without any percent-encoding, and with spaces for pluses: what two spellings share. */
function decodeFully(text: string): string {
  let decoded = text;
  for (let round = 0; round < MAX_ENCODED; round += 1) decoded = decodeOnce(decoded);
  return decoded.replaceAll('+', ' ');
}

/** Decodes the percent-encoded characters that are valid UTF-8, and leaves all others. */
export function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}
