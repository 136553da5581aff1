// Turns answers and webhooks into recordings: only what is compared, with stand-ins for what belongs to the account.
import type { IncomingHttpHeaders } from 'node:http';
import type { ReceivedWebhook } from './app.js';
import type { RequestStep, TwilioBehaviour } from './behaviour.js';
import { isBelow } from './json-path.js';
import { eventName, type Recording, type SeenRequest, type SeenWebhook } from './recording.js';
import { isLooseParameter, type StandIns } from './stand-ins.js';

/** The headers of answers that are compared; the others depend on the network. */
const ANSWER_HEADERS: readonly string[] = [
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'content-type',
  'location',
  'strict-transport-security',
  'twilio-concurrent-requests',
  'twilio-request-duration',
  'twilio-request-id',
  'www-authenticate',
  'x-api-domain',
  'x-home-region',
  'x-powered-by',
  'x-shenanigans',
];

/** Those that a tunnel passes on unchanged. */
const WEBHOOK_HEADERS: readonly string[] = [
  'accept',
  'content-type',
  'i-twilio-idempotency-token',
  'user-agent',
  'x-home-region',
];

/** Headers whose value is another one each time: only their presence is compared. */
const PRESENT_ONLY: readonly string[] = [
  'i-twilio-idempotency-token',
  'twilio-concurrent-requests',
  'twilio-request-duration',
  'twilio-request-id',
];

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** JSON, else the text itself; null for an empty body. */
  readonly json: unknown;
}

/** Records a request of a behaviour with its answer. @param atMs milliseconds since the start of the behaviour */
export function recordRequest(
  step: RequestStep,
  { status, headers, json }: Answered,
  standIns: StandIns,
  atMs: number,
): SeenRequest {
  return {
    request: `${step.method} ${standIns.text(step.path)}`,
    parameters: replaceIn({ ...step.query, ...step.form }, standIns),
    status,
    headers: recordHeaders(headers, ANSWER_HEADERS, standIns),
    otherHeaders: Object.keys(headers).filter((name) => !ANSWER_HEADERS.includes(name)),
    body: standIns.json(json, (path) => isBelow(step.loose ?? [], path)),
    atMs: Math.round(atMs),
  };
}

/**
 * Records the webhooks that the behaviour waited for. Those of different paths come in any order: the stand-ins are given
 * path by path, so that chance does not number them.
 */
export function recordWebhooks(
  all: readonly ReceivedWebhook[],
  behaviour: TwilioBehaviour,
  standIns: StandIns,
  start: number,
): SeenWebhook[] {
  const awaited = listAwaitedPaths(behaviour);
  const received = all.filter(({ path }) => awaited.has(path));
  const byPath = received.toSorted((one, other) =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0,
  );
  const recorded = new Map(byPath.map((one) => [one, recordWebhook(one, standIns, start)]));
  return received.flatMap((one) => recorded.get(one) ?? []);
}

/** The paths that a behaviour waits for. Whether another webhook comes before its end is chance. */
function listAwaitedPaths({ steps }: TwilioBehaviour): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => (step.kind === 'webhooks' ? Object.keys(step.count) : [])));
}

function recordHeaders(
  headers: IncomingHttpHeaders,
  compared: readonly string[],
  standIns: StandIns,
): Record<string, string> {
  const rows = compared.flatMap((name) => {
    const value = headers[name];
    if (value === undefined) return [];
    return [[name, PRESENT_ONLY.includes(name) ? '<any>' : standIns.text(String(value))] as const];
  });
  return Object.fromEntries(rows);
}

function recordWebhook(webhook: ReceivedWebhook, standIns: StandIns, start: number): SeenWebhook {
  const { path, method, headers, signature, parameters, answer, at } = webhook;
  const cleaned = Object.entries(parameters).map(([name, value]) => {
    const one = (text: string) => (isLooseParameter(name) ? '<any>' : standIns.text(text));
    return [standIns.text(name), typeof value === 'string' ? one(value) : value.map(one)] as const;
  });
  return {
    path,
    method,
    headers: recordHeaders(headers, WEBHOOK_HEADERS, standIns),
    signature,
    parameters: Object.fromEntries(cleaned),
    answer: standIns.text(answer),
    atMs: Math.round(at - start),
  };
}

/** Which of two events came first. Events that never came are missing already. */
export function recordOrder(
  webhooks: readonly SeenWebhook[],
  { order = [] }: TwilioBehaviour,
): Recording['order'] {
  const names = webhooks.map(eventName);
  const rows = order.flatMap(([earlier, later]) => {
    const [first, second] = [names.indexOf(earlier), names.indexOf(later)];
    return first === -1 || second === -1 ? [] : [[`${earlier} before ${later}`, first < second] as const];
  });
  return Object.fromEntries(rows);
}

/** The constants of behaviours, such as SIDs that do not exist, look like those of an account. */
function replaceIn(
  values: Readonly<Record<string, string | readonly string[]>>,
  { text }: StandIns,
): SeenRequest['parameters'] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? text(value) : value.map(text),
    ]),
  );
}
