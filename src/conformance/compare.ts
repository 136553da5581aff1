// Compares what was recorded of a behaviour on two sides, field by field.
import * as z from 'zod';
import { joinPath } from './json-path.js';
import { eventName, type Json, type Recording, type SeenRequest, type SeenWebhook } from './recording.js';

/** See {@link Difference}. */
export const differenceSchema = z.object({
  where: z.string().describe('the request or webhook: POST /Messages.json, or webhook /status sent'),
  field: z.string().describe('status, header NAME, body PATH, parameter NAME, signature, order, count …'),
  kind: z.enum(['value', 'type', 'missing', 'extra', 'order', 'count']),
  sandbox: z.string().nullable().describe('what the sandbox has; null for nothing'),
  live: z.string().nullable().describe('what Twilio, the capture or its documentation has; null for nothing'),
});

/** One difference between the sandbox and the other side. */
export type Difference = z.infer<typeof differenceSchema>;

type Found = Omit<Difference, 'where'>;

/** Returns the differences between two recordings, in the order of the steps; empty if they agree. */
export function compareRecordings(sandbox: Recording, live: Recording): Difference[] {
  const requests = live.requests.flatMap((one, index) => {
    const own = sandbox.requests[index];
    const found = own ? compareRequests(own, one) : [absent('request', one.status)];
    return found.map((difference) => ({ where: one.request, ...difference }));
  });
  return [...requests, ...compareWebhooks(sandbox, live), ...compareOrder(sandbox.order, live.order)];
}

function compareRequests(sandbox: SeenRequest, live: SeenRequest): Found[] {
  const status = compareValues('status', sandbox.status, live.status);
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
  if (isAny(sandbox) || isAny(live)) return [];
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

/** Webhooks of different paths are independent: only those of one path have an order. */
function compareWebhooks(sandbox: Recording, live: Recording): Difference[] {
  const paths = new Set([...sandbox.webhooks, ...live.webhooks].map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const own = sandbox.webhooks.filter((one) => one.path === path);
    const other = live.webhooks.filter((one) => one.path === path);
    return comparePath(path, own, other);
  });
}

function comparePath(path: string, own: readonly SeenWebhook[], other: readonly SeenWebhook[]): Difference[] {
  const where = `webhook ${path}`;
  const [names, others] = [own.map(eventName), other.map(eventName)];
  const isSameSet = names.toSorted().join() === others.toSorted().join();
  if (isSameSet && names.join() !== others.join())
    return [{ where, field: 'order', kind: 'order', sandbox: names.join(', '), live: others.join(', ') }];
  if (names.length !== others.length)
    return [{ where, field: 'count', kind: 'count', sandbox: names.join(', '), live: others.join(', ') }];
  return other.flatMap((one, index) => {
    const mine = own[index];
    const found = mine ? compareWebhook(mine, one) : [];
    return found.map((difference) => ({ where: `webhook ${eventName(one)}`, ...difference }));
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
