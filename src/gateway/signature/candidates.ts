// Lists the URLs that may have been signed instead of the requested one, likeliest first.
import { findHeader } from '../../exchanges/headers.js';
import { splitTarget } from '../../exchanges/parameters.js';
import { listSignedForms } from './configured-urls.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';
import { listPathSpellings, listQuerySpellings } from './spellings.js';
import { splitUrl } from './url-difference.js';

/** The parts of a request from which the candidates are made. */
export type CandidateSource = Pick<SignedRequest, 'target' | 'isSocket' | 'headers'>;

/** A stranger may name thousands, and long ones. */
const [MAX_FORWARDED_HOSTS, MAX_HOST_LENGTH] = [2, 255] as const;

/**
 * Yields each candidate once: the requested URL, those that the account holds, then those that differ in the origin, the
 * path or the query, then in two of them. The caller takes as many as it has time for.
 */
export function* listSignedUrlCandidates(
  request: CandidateSource,
  signing: Omit<SigningKeys, 'authToken' | 'otherTokens'>,
): Iterable<string> {
  const seen = new Set<string>();
  for (const url of listAll(request, signing)) {
    if (seen.has(url)) continue;
    seen.add(url);
    yield url;
  }
}

function* listAll(
  request: CandidateSource,
  signing: Omit<SigningKeys, 'authToken' | 'otherTokens'>,
): Iterable<string> {
  const { configured = [], publicBase } = signing;
  const { pathname, query } = splitTarget(request.target);
  yield publicBase + request.target;
  for (const { url } of configured) yield* listSignedForms(toScheme(url, request), request.target);
  const origins = [...new Set(listOrigins(request, signing))];
  const paths = [
    ...new Set(
      listPaths(
        pathname,
        request,
        configured.map(({ url }) => url),
      ),
    ),
  ];
  const queries = [...new Set(listQueries(query))];
  const parsed = new URL(publicBase + request.target);
  yield publicBase + parsed.pathname + parsed.search;
  for (const origin of origins) yield origin + request.target;
  for (const path of paths) yield publicBase + path + query;
  for (const one of queries) yield publicBase + pathname + one;
  for (const [at, other] of listDiagonals(MAX_COMBINED)) {
    const [origin, path, otherPath, words] = [origins[at], paths[at], paths[other], queries[other]];
    if (origin !== undefined && otherPath !== undefined) yield origin + otherPath + query;
    if (origin !== undefined && words !== undefined) yield origin + pathname + words;
    if (path !== undefined && words !== undefined) yield publicBase + path + words;
  }
}

/** How many of the likeliest origins, paths and queries are combined. */
const MAX_COMBINED = 24;

/** Lists the pairs of two numbers below `count`, those with the smallest sum first. */
function* listDiagonals(count: number): Iterable<readonly [number, number]> {
  for (let sum = 0; sum <= 2 * (count - 1); sum += 1)
    for (let one = Math.max(0, sum - count + 1); one <= Math.min(sum, count - 1); one += 1)
      yield [one, sum - one];
}

/** Twilio is given the https URL of a Media Stream as wss. */
function toScheme(url: string, { isSocket }: CandidateSource): string {
  return isSocket ? url.replace(/^http/i, 'ws') : url;
}

const SCHEMES = ['wss:', 'https:', 'http:', 'ws:'] as const;

function listOrigins(
  { headers, isSocket }: CandidateSource,
  { publicBase, app }: Pick<SigningKeys, 'publicBase' | 'app'>,
): string[] {
  const { scheme, hostname, port } = splitUrl(publicBase);
  const own = publicBase.slice(scheme.length + 2);
  const others = SCHEMES.filter((one) => one !== scheme && (isSocket || !one.startsWith('ws')));
  const forwarded = readList(findHeader(headers, 'x-forwarded-host')).slice(0, MAX_FORWARDED_HOSTS);
  const named = [findHeader(headers, 'host'), ...forwarded].filter(isHost);
  const hosts = [...named, splitUrl(app).hostname + formatPort(splitUrl(app).port)];
  const forwardedPort = findHeader(headers, 'x-forwarded-port');
  const ports = [...hosts.map(findPort), isHost(forwardedPort) ? forwardedPort : '', '80', '443'].filter(
    Boolean,
  );
  return [
    ...readCredentials(headers).map((one) => `${scheme}//${one}@${own}`),
    ...others.map((one) => `${one}//${own}`),
    ...(port === '' ? ports : []).map((one) => `${scheme}//${hostname}:${one}`),
    app,
    ...hosts.map((one) => `${scheme}//${one}`),
    ...hosts.flatMap((one) => others.map((other) => `${other}//${one}`)),
    ...named.map((one) => `${scheme}//${one.replace(/:\d+$/, '')}`),
  ];
}

function isHost(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= MAX_HOST_LENGTH;
}

function formatPort(port: string): string {
  return port === '' ? '' : `:${port}`;
}

/** The user name and password that Twilio sends because they are in the URL; at most one pair. */
function readCredentials(headers: readonly string[]): string[] {
  const [, encoded = ''] =
    /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(findHeader(headers, 'authorization') ?? '') ?? [];
  return isHost(encoded) ? [Buffer.from(encoded, 'base64').toString()] : [];
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

/** Headers in which a proxy names the prefix that it has removed from the path. */
const PREFIX_HEADERS = ['x-forwarded-prefix', 'x-script-name'] as const;
/** Headers in which a proxy names the path before it has changed it. */
const PATH_HEADERS = ['x-original-uri', 'x-original-url', 'x-forwarded-uri', 'x-rewrite-url'] as const;
/** The most segments that are tried as a prefix. */
const MAX_SEGMENTS = 4;
const MAX_PATH_LENGTH = 2048;

function* listPaths(
  path: string,
  { headers }: CandidateSource,
  configured: readonly string[],
): Iterable<string> {
  yield path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
  const named = (names: readonly string[]) =>
    names.map((name) => findHeader(headers, name) ?? '').filter((one) => one.startsWith('/'));
  for (const one of named(PATH_HEADERS)) yield splitTarget(one.slice(0, MAX_PATH_LENGTH)).pathname;
  for (const one of named(PREFIX_HEADERS)) yield one.slice(0, MAX_PATH_LENGTH).replace(/\/$/, '') + path;
  for (const start of listStarts(path)) yield path.slice(start.length);
  const prefixes = configured.flatMap((url) => listStarts(splitUrl(url).path));
  for (const prefix of new Set(prefixes)) yield prefix + path;
  yield* listPathSpellings(path);
}

/** Lists the beginnings of a path that end before a slash: `/a` and `/a/b` of `/a/b/c`. */
function listStarts(path: string): string[] {
  const segments = path.split('/').slice(1, MAX_SEGMENTS + 1);
  const isWhole = path.split('/').length - 1 <= segments.length;
  return segments
    .slice(0, isWhole ? -1 : undefined)
    .map((_, at) => `/${segments.slice(0, at + 1).join('/')}`);
}

/** More parameters have too many orders: the one by name is tried then, and the reverse. */
const MAX_REORDERED = 4;
/** Longer than a webhook's, whose GET has all parameters in its query: each spelling takes time for each character. */
const MAX_QUERY_LENGTH = 4096;
/** The most parameters of a query that are left out, one at a time. */
const MAX_LEFT_OUT = 20;

function* listQueries(query: string): Iterable<string> {
  if (query === '' || query.length > MAX_QUERY_LENGTH) return;
  const pairs = query.slice(1).split('&');
  yield* listQuerySpellings(query);
  yield '';
  for (const order of listOrders(pairs)) yield `?${order.join('&')}`;
  if (pairs.length > 1)
    for (let at = 0; at < Math.min(pairs.length, MAX_LEFT_OUT); at += 1)
      yield `?${pairs.toSpliced(at, 1).join('&')}`;
}

function listOrders(pairs: readonly string[]): string[][] {
  if (pairs.length > MAX_REORDERED) return [pairs.toSorted(), pairs.toReversed(), pairs.toSorted().reverse()];
  if (pairs.length < 2) return [[...pairs]];
  return pairs.flatMap((pair, at) => listOrders(pairs.toSpliced(at, 1)).map((rest) => [pair, ...rest]));
}
