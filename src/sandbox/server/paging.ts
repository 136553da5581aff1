// Paging as Twilio does it: the parameters of a list request, and the two JSON formats of a page.

import { rowOfSid } from '../platform/formats.js';
import type { Numbered, Window } from '../platform/table.js';
import { findValue } from './form.js';
import { invalidParameter, TwilioProblem } from './problem.js';

const DEFAULT_SIZE = 50;
const MAX_SIZE = 1000;

/** The page that a list request asks for. */
export interface PageRequest {
  readonly page: number;
  readonly size: number;
  readonly token?: string;
  /** The rows to read from the table: one more than the page holds, to know whether there is a next page. */
  readonly window: Window;
  /** The request's filters, URL-encoded, for the URLs of other pages. */
  readonly filters: string;
}

/**
 * Reads `PageSize`, `Page`, `PageToken` and the named filters.
 *
 * @throws TwilioProblem 20007 if the page is too large, 20422 for an invalid value, 21481 for an invalid token.
 */
export function readPage(query: URLSearchParams, filterNames: readonly string[] = []): PageRequest {
  const size = readCount(query, 'PageSize', DEFAULT_SIZE);
  if (size > MAX_SIZE) throw new TwilioProblem(400, 20007, 'Page size too large');
  if (size === 0) throw invalidParameter('PageSize', '0');
  const page = readCount(query, 'Page', 0);
  const token = findValue(query, 'PageToken');
  const window = { limit: size + 1, ...readEdge(token, page * size) };
  return { page, size, window, filters: repeatFilters(query, filterNames), ...(token && { token }) };
}

function readCount(query: URLSearchParams, name: string, fallback: number): number {
  const value = findValue(query, name);
  if (value === undefined) return fallback;
  if (!/^\d{1,9}$/.test(value)) throw invalidParameter(name, value);
  return Number(value);
}

/** A token is `PA` and the SID of the row before the page, or `PB` and the SID of the row after it. */
function readEdge(token: string | undefined, offset: number): Omit<Window, 'limit'> {
  if (token === undefined) return { offset };
  const row = rowOfSid(token.slice(2));
  if (Number.isNaN(row) || !/^P[AB]/.test(token)) throw new TwilioProblem(400, 21481, 'Invalid PageToken');
  return token.startsWith('PA') ? { offset: 0, olderThan: row } : { offset: 0, newerThan: row };
}

function repeatFilters(query: URLSearchParams, names: readonly string[]): string {
  const repeated = new URLSearchParams();
  for (const name of names) {
    const value = findValue(query, name);
    if (value !== undefined) repeated.append(name, value);
  }
  return repeated.size === 0 ? '' : `${repeated}&`;
}

/**
 * Formats a page of the 2010 API: the paging keys beside the collection.
 *
 * @param rows the rows of `request.window`, newest first
 */
export function formatPage<Row extends Numbered>(
  path: string,
  request: PageRequest,
  collection: string,
  rows: readonly Row[],
  format: (row: Row) => unknown,
) {
  const { page, size } = request;
  const { shown, next, previous } = slicePage(path, request, rows, sidOf);
  const start = page * size;
  return {
    end: start + Math.max(shown.length - 1, 0),
    first_page_uri: pageUrl(path, request, 0),
    next_page_uri: next,
    [collection]: shown.map(format),
    page,
    page_size: size,
    previous_page_uri: previous,
    start,
    uri: pageUrl(path, request, page, request.token),
  };
}

/**
 * Formats a page of a product API: the collection, and the paging keys in `meta` with absolute URLs.
 *
 * @param rows the rows of `request.window`, newest first
 */
export function formatMetaPage<Row extends Numbered>(
  url: string,
  request: PageRequest,
  collection: string,
  rows: readonly Row[],
  format: (row: Row) => unknown,
) {
  return formatMeta(url, request, collection, slicePage(url, request, rows, sidOf), format);
}

/** Formats a page of a product API whose whole list is in memory; its pages have numbers but no tokens. */
export function formatFixedPage<Row>(
  url: string,
  request: PageRequest,
  collection: string,
  all: readonly Row[],
  format: (row: Row) => unknown,
) {
  const { offset, limit } = request.window;
  const slice = slicePage(url, request, all.slice(offset, offset + limit), () => undefined);
  return formatMeta(url, request, collection, slice, format);
}

/** The rows of a page, and the URLs of its neighbours. */
interface PageSlice<Row> {
  readonly shown: readonly Row[];
  readonly next: string | null;
  readonly previous: string | null;
}

function slicePage<Row>(
  url: string,
  request: PageRequest,
  rows: readonly Row[],
  findSid: (row: Row | undefined) => string | undefined,
): PageSlice<Row> {
  const { page, size, window } = request;
  const backwards = window.newerThan !== undefined;
  const shown = backwards ? rows.slice(-size) : rows.slice(0, size);
  const more = rows.length > size || backwards;
  return {
    shown,
    next: more ? pageUrl(url, request, page + 1, tokenOf('PA', findSid(shown.at(-1)))) : null,
    previous: page > 0 ? pageUrl(url, request, page - 1, tokenOf('PB', findSid(shown[0]))) : null,
  };
}

function formatMeta<Row>(
  url: string,
  request: PageRequest,
  collection: string,
  { shown, next, previous }: PageSlice<Row>,
  format: (row: Row) => unknown,
) {
  const { page, size, token } = request;
  return {
    meta: {
      page,
      page_size: size,
      first_page_url: pageUrl(url, request, 0),
      previous_page_url: previous,
      url: pageUrl(url, request, page, token),
      next_page_url: next,
      key: collection,
    },
    [collection]: shown.map(format),
  };
}

function sidOf(row: Numbered | undefined): string | undefined {
  return row?.sid;
}

function tokenOf(direction: 'PA' | 'PB', sid: string | undefined): string | undefined {
  return sid && direction + sid;
}

function pageUrl(path: string, request: PageRequest, page: number, token?: string): string {
  return `${path}?${request.filters}PageSize=${request.size}&Page=${page}${token ? `&PageToken=${token}` : ''}`;
}
