// Lists the URLs that may have been signed instead of the expected one, likeliest first.
import { parse, stringify } from 'node:querystring';
import { findHeader } from '../../exchanges/headers.js';
import { splitTarget } from '../../exchanges/parameters.js';
import type { Reason } from '../../exchanges/verdict.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';

/** A URL, and what is wrong if it was signed. */
export interface SignedUrlCandidate {
  readonly url: string;
  readonly reasons: readonly Reason[];
}

interface UrlPart {
  readonly text: string;
  readonly reasons: readonly Reason[];
}

/** A stranger may name thousands. */
const MAX_FORWARDED_HOSTS = 2;

/** Combines the schemes, hosts, ports, paths and queries worth trying. The expected URL comes first. */
export function listSignedUrlCandidates(request: SignedRequest, signing: SigningKeys): SignedUrlCandidate[] {
  const { pathname, query } = splitTarget(request.target);
  const origins = listOrigins(request, signing);
  const paths = listPaths(pathname);
  const queries = listQueries(signing.publicBase + request.target, query);
  const all = origins.flatMap((origin) =>
    paths.flatMap((path) => queries.map((one) => joinParts([origin, path, one]))),
  );
  return all.sort((one, other) => one.reasons.length - other.reasons.length);
}

function joinParts(parts: readonly UrlPart[]): SignedUrlCandidate {
  return { url: parts.map(({ text }) => text).join(''), reasons: parts.flatMap(({ reasons }) => reasons) };
}

function listOrigins({ headers, isSocket }: SignedRequest, { publicBase, app }: SigningKeys): UrlPart[] {
  const { protocol, hostname, host, port } = new URL(publicBase);
  const others = SCHEMES.filter((scheme) => scheme !== protocol && (isSocket || !isSocketScheme(scheme)));
  const forwarded = readList(findHeader(headers, 'x-forwarded-host')).slice(0, MAX_FORWARDED_HOSTS);
  const named = [findHeader(headers, 'host'), ...forwarded];
  const hosts = [...named, new URL(app).host].filter((one) => one !== undefined);
  const ports = [...hosts.map(findPort), findHeader(headers, 'x-forwarded-port'), '80', '443'].filter(
    Boolean,
  );
  const parts: UrlPart[] = [
    { text: publicBase, reasons: [] },
    ...readCredentials(headers).map(
      (one): UrlPart => ({ text: `${protocol}//${one}@${host}`, reasons: ['credentials in the URL'] }),
    ),
    ...others.map((one): UrlPart => ({ text: `${one}//${host}`, reasons: ['wrong scheme'] })),
    ...(port === '' ? ports : []).map(
      (one): UrlPart => ({ text: `${protocol}//${hostname}:${one}`, reasons: ['port'] }),
    ),
    { text: app, reasons: ['wrong host'] },
    ...hosts.map((one): UrlPart => ({ text: `${protocol}//${one}`, reasons: ['wrong host'] })),
    ...hosts.flatMap((one) =>
      others.map(
        (scheme): UrlPart => ({ text: `${scheme}//${one}`, reasons: ['wrong scheme', 'wrong host'] }),
      ),
    ),
  ];
  return uniqueParts(parts);
}

/** The user name and password that Twilio sends because they are in the URL; at most one pair. */
function readCredentials(headers: readonly string[]): string[] {
  const [, encoded] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(findHeader(headers, 'authorization') ?? '') ?? [];
  return encoded === undefined ? [] : [Buffer.from(encoded, 'base64').toString()];
}

const SCHEMES = ['wss:', 'https:', 'http:', 'ws:'] as const;

function isSocketScheme(scheme: string): boolean {
  return scheme.startsWith('ws');
}

function readList(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function findPort(host: string): string {
  return /:(\d+)$/.exec(host)?.[1] ?? '';
}

function listPaths(path: string): UrlPart[] {
  const toggled = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
  return [
    { text: path, reasons: [] },
    { text: toggled, reasons: ['trailing slash'] },
  ];
}

function listQueries(url: string, query: string): UrlPart[] {
  const as = (text: string): UrlPart => ({ text, reasons: ['query re-encoded'] });
  if (query === '') return [{ text: '', reasons: [] }];
  const words = query.slice(1);
  return uniqueParts([
    { text: query, reasons: [] },
    as(new URL(url).search),
    as(`?${new URLSearchParams(words)}`),
    as(`?${stringify(parse(words))}`),
    as(query.replaceAll('+', '%20')),
    as(query.replaceAll('%20', '+')),
    as(query.replaceAll(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase())),
    as(query.replaceAll(/%[0-9a-f]{2}/gi, (code) => code.toLowerCase())),
    as(decode(query)),
    as(decode(query.replaceAll('+', ' '))),
    ...listOrders(words.split('&')).map(
      (pairs): UrlPart => ({ text: `?${pairs.join('&')}`, reasons: ['query in another order'] }),
    ),
  ]);
}

/** More parameters have too many orders: the one by name is tried then, and the reverse. */
const MAX_REORDERED = 4;

function listOrders(pairs: readonly string[]): string[][] {
  if (pairs.length > MAX_REORDERED) return [pairs.toSorted(), pairs.toReversed(), pairs.toSorted().reverse()];
  if (pairs.length < 2) return [[...pairs]];
  return pairs.flatMap((pair, at) => listOrders(pairs.toSpliced(at, 1)).map((rest) => [pair, ...rest]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function uniqueParts(parts: readonly UrlPart[]): UrlPart[] {
  return [...new Map([...parts].reverse().map((part) => [part.text, part])).values()].reverse();
}
