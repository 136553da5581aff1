// Compares what was recorded of a behaviour on two sides, field by field.
import * as z from 'zod';
import { joinPath } from './json-path.js';
import { eventName, type Json, type Recording, type SeenRequest, type SeenWebhook } from './recording.js';

/** See {@link Difference}. */
export const differenceSchema = z.object({
  where: z.string().describe('the request or webhook: POST /Messages.json, or webhook /status sent'),
  field: z
    .string()
    .describe('status, header NAME, body PATH, parameter NAME, signature, order, count, delay …'),
  kind: z.enum(['value', 'type', 'missing', 'extra', 'order', 'count', 'delay']),
  sandbox: z.string().nullable().describe('what the sandbox has; null for nothing'),
  live: z.string().nullable().describe('what Twilio, the capture or its documentation has; null for nothing'),
});

/** One difference between the sandbox and the other side. */
export type Difference = z.infer<typeof differenceSchema>;

type Found = Omit<Difference, 'where'>;

/** How much slower than the sandbox an answer of Twilio may be. Networks and machines need up to a second. */
export const ANSWER_DELAY_MS = 5_000;
/** The same for a webhook, after whatever came before it. Twilio passes texts and calls on to carriers meanwhile. */
export const WEBHOOK_DELAY_MS = 10_000;

/** Returns the differences between two recordings, in the order of the steps; empty if they agree. */
export function compareRecordings(sandbox: Recording, live: Recording): Difference[] {
  const requests = live.requests.flatMap((one, index) => {
    const own = sandbox.requests[index];
    const found = own ? compareRequests(own, one) : [absent('request', one.status)];
    return found.map((difference) => ({ where: one.request, ...difference }));
  });
  return [...requests, ...compareWebhooks(sandbox, live), ...compareOrder(sandbox.order, live.order)];
}

/** Only gross delays are differences, and only those of Twilio. */
function compareDelays(sandboxMs: number, liveMs: number, allowedMs: number): Found[] {
  if (liveMs - sandboxMs <= allowedMs) return [];
  const [sandbox, live] = [sandboxMs, liveMs].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  return [{ field: 'delay', kind: 'delay', sandbox: sandbox ?? null, live: live ?? null }];
}

function compareRequests(sandbox: SeenRequest, live: SeenRequest): Found[] {
  const status = [
    ...compareValues('status', sandbox.status, live.status),
    ...compareDelays(sandbox.tookMs, live.tookMs, ANSWER_DELAY_MS),
  ];
  // A refusal has nothing in common with an answer: only what refuses is worth a line.
  if (isRefusal(sandbox) !== isRefusal(live))
    return [...status, ...compareJson('body code', codeOf(sandbox), codeOf(live))];
  return [
    ...status,
    ...compareHeaders(sandbox.headers, live.headers),
    ...compareJson('body', sandbox.body, live.body),
  ];
}

function isRefusal({ status }: SeenRequest): boolean {
  return status >= 400;
}

function codeOf({ body }: SeenRequest): Json | undefined {
  return isObject(body) ? body.code : undefined;
}

function compareHeaders(
  sandbox: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string>>,
): Found[] {
  return namesOf(sandbox, live).flatMap((name) => compareJson(`header ${name}`, sandbox[name], live[name]));
}

/** @param field how the path begins: `body` or `header x` */
function compareJson(field: string, sandbox: Json | undefined, live: Json | undefined, path = ''): Found[] {
  const name = path === '' ? field : `${field} ${path}`;
  if (sandbox === undefined && live === undefined) return [];
  if (sandbox === undefined || live === undefined)
    return [
      {
        field: name,
        kind: sandbox === undefined ? 'missing' : 'extra',
        sandbox: show(sandbox),
        live: show(live),
      },
    ];
  if ((isAny(sandbox) && isScalar(live)) || (isAny(live) && isScalar(sandbox))) return [];
  if (typeOf(sandbox) !== typeOf(live))
    return [{ field: name, kind: 'type', sandbox: show(sandbox), live: show(live) }];
  if (Array.isArray(sandbox) && Array.isArray(live)) return compareLists(field, sandbox, live, path);
  if (isObject(sandbox) && isObject(live))
    return namesOf(sandbox, live).flatMap((key) =>
      compareJson(field, sandbox[key], live[key], joinPath(path, key)),
    );
  return compareValues(name, sandbox, live);
}

function compareLists(field: string, sandbox: readonly Json[], live: readonly Json[], path: string): Found[] {
  const [own, other] = [sandbox, live].map((list) => list.map((one) => JSON.stringify(one)));
  const name = path === '' ? field : `${field} ${path}`;
  if (own && other && own.join() !== other.join() && own.toSorted().join() === other.toSorted().join())
    return [{ field: name, kind: 'order', sandbox: show(sandbox), live: show(live) }];
  const counts =
    sandbox.length === live.length
      ? []
      : [{ field: name, kind: 'count' as const, sandbox: `${sandbox.length}`, live: `${live.length}` }];
  const shared = live.slice(0, sandbox.length);
  return [
    ...counts,
    ...shared.flatMap((one, index) => compareJson(field, sandbox[index], one, joinPath(path, String(index)))),
  ];
}

function compareValues(field: string, sandbox: Json, live: Json): Found[] {
  return sandbox === live ? [] : [{ field, kind: 'value', sandbox: show(sandbox), live: show(live) }];
}

/** A webhook, and how long it came after the event before it, milliseconds. */
interface Arrival {
  readonly webhook: SeenWebhook;
  readonly name: string;
  readonly afterMs: number;
}

/** Webhooks of different paths are independent: only those of one path have an order. */
function compareWebhooks(sandbox: Recording, live: Recording): Difference[] {
  const [own, other] = [listArrivals(sandbox), listArrivals(live)];
  const paths = new Set([...own, ...other].map(({ webhook }) => webhook.path));
  const of = (arrivals: readonly Arrival[], path: string) =>
    arrivals.filter(({ webhook }) => webhook.path === path);
  return [...paths].flatMap((path) => comparePath(path, of(own, path), of(other, path)));
}

function listArrivals({ requests, webhooks }: Recording): Arrival[] {
  const times = [0, ...requests.map(({ atMs }) => atMs), ...webhooks.map(({ atMs }) => atMs)];
  return webhooks.map((webhook) => {
    const before = Math.max(0, ...times.filter((atMs) => atMs < webhook.atMs));
    return { webhook, name: eventName(webhook), afterMs: webhook.atMs - before };
  });
}

function comparePath(path: string, own: readonly Arrival[], other: readonly Arrival[]): Difference[] {
  const [names, others] = [own, other].map((arrivals) => arrivals.map(({ name }) => name));
  const shown = { sandbox: names?.join(', ') || null, live: others?.join(', ') || null };
  const at = { where: `webhook ${path}`, ...shown };
  if (own.length !== other.length)
    return [{ ...at, field: 'count', kind: 'count' }, ...comparePairs(own, other)];
  const isReordered = shown.sandbox !== shown.live && names?.toSorted().join() === others?.toSorted().join();
  if (!isReordered) return comparePairs(own, other);
  return [{ ...at, field: 'order', kind: 'order' }, ...comparePairs(sortByName(own), sortByName(other))];
}

function sortByName(arrivals: readonly Arrival[]): Arrival[] {
  return arrivals.toSorted((one, next) => (one.name < next.name ? -1 : one.name > next.name ? 1 : 0));
}

/** Compares each webhook with the one of its place; if their counts differ, with the only one of its name. */
function comparePairs(own: readonly Arrival[], other: readonly Arrival[]): Difference[] {
  const findOnly = (name: string) => {
    const [only, ...more] = own.filter((one) => one.name === name);
    return more.length === 0 && other.filter((one) => one.name === name).length === 1 ? only : undefined;
  };
  return other.flatMap((live, index) => {
    const mine = own.length === other.length ? own[index] : findOnly(live.name);
    if (!mine) return [];
    const found = [
      ...compareWebhook(mine.webhook, live.webhook),
      ...compareDelays(mine.afterMs, live.afterMs, WEBHOOK_DELAY_MS),
    ];
    return found.map((difference) => ({ where: `webhook ${live.name}`, ...difference }));
  });
}

function compareWebhook(sandbox: SeenWebhook, live: SeenWebhook): Found[] {
  return [
    ...compareValues('method', sandbox.method, live.method),
    ...compareValues('signature', sandbox.signature, live.signature),
    ...compareHeaders(sandbox.headers, live.headers),
    ...namesOf(sandbox.parameters, live.parameters).flatMap((name) =>
      compareJson(`parameter ${name}`, sandbox.parameters[name], live.parameters[name]),
    ),
  ];
}

function compareOrder(sandbox: Recording['order'], live: Recording['order']): Difference[] {
  return namesOf(sandbox, live).flatMap((pair) => {
    const [own, other] = [sandbox[pair], live[pair]];
    if (own === undefined || other === undefined || own === other) return [];
    return [
      { where: 'events', field: pair, kind: 'order', sandbox: String(own), live: String(other) } as const,
    ];
  });
}

function absent(field: string, status: number): Found {
  return { field, kind: 'missing', sandbox: null, live: `HTTP ${status}` };
}

function namesOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(other), ...Object.keys(one)])];
}

function isAny(value: Json): boolean {
  return value === '<any>';
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Values that were recorded by their type only, such as `<number>`, have that type. */
function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  const [, type] = typeof value === 'string' ? (/^<(string|number|boolean)>$/.exec(value) ?? []) : [];
  return type ?? typeof value;
}

/** A value in a line of a report; long ones are cut. */
function show(value: Json | undefined): string | null {
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
