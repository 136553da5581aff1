// Turns answers and webhooks into recordings: only what is compared, with stand-ins for what belongs to the account.
import type { IncomingHttpHeaders } from 'node:http';
import type { ReceivedWebhook } from './app.js';
import type { RequestStep, TwilioBehaviour } from './behaviour.js';
import { isBelow } from './json-path.js';
import { eventName, type Recording, type SeenRequest, type SeenWebhook } from './recording.js';
import { isLooseParameter, type StandIns } from './stand-ins.js';

/** The headers whose values are compared. */
const COMPARED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'allow',
  'cache-control',
  'content-type',
  'location',
  'strict-transport-security',
  'user-agent',
  'www-authenticate',
  'x-api-domain',
  'x-home-region',
  'x-powered-by',
  'x-shenanigans',
]);

/** Headers of answers that depend on the network. Of all others at least the presence is compared. */
const OF_NETWORK =
  /^(?:age|alt-svc|connection|content-encoding|content-length|date|keep-alive|server|transfer-encoding|vary|via|x-cache|x-amz-.*|x-envoy-.*)$/;

/** Headers of webhooks that a tunnel passes on unchanged: it adds others. The validity of the signature is compared. */
const isOfWebhook = (name: string) =>
  name !== 'x-twilio-signature' &&
  (name.includes('twilio') || ['accept', 'content-type', 'user-agent', 'x-home-region'].includes(name));

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** JSON, else the text itself; null for an empty body. */
  readonly json: unknown;
  /** How long the answer took, milliseconds; of a repeated request, the slowest. */
  readonly tookMs: number;
}

/** Records a request of a behaviour with its answer. @param atMs milliseconds since the start of the behaviour */
export function recordRequest(
  step: RequestStep,
  { status, headers, json, tookMs }: Answered,
  standIns: StandIns,
  atMs: number,
): SeenRequest {
  return {
    request: `${step.method} ${standIns.text(step.path)}`,
    parameters: replaceIn({ ...step.query, ...step.form }, standIns),
    status,
    headers: recordHeaders(headers, (name) => !OF_NETWORK.test(name), standIns),
    body: standIns.json(json, (path) => isBelow(step.loose ?? [], path)),
    atMs: Math.round(atMs),
    tookMs: Math.round(tookMs),
  };
}

/** What {@link recordWebhooks} needs to know of a run. */
export interface WebhookRecording {
  readonly standIns: StandIns;
  /** `performance.now()` at the start of the behaviour. */
  readonly start: number;
  /** False for the webhook of a stranger's text or call. */
  readonly isExpected: (webhook: ReceivedWebhook) => boolean;
  /** The paths that got fewer webhooks than awaited: one that is not expected may be the one that was, with another number. */
  readonly missing: Recording['missing'];
}

/**
 * Records the webhooks that the behaviour waited for. Those of different paths come in any order: the stand-ins are given
 * path by path, so that chance does not number them.
 */
export function recordWebhooks(
  all: readonly ReceivedWebhook[],
  behaviour: TwilioBehaviour,
  { standIns, start, isExpected, missing }: WebhookRecording,
): SeenWebhook[] {
  const awaited = listAwaitedPaths(behaviour);
  const received = all.filter(
    (one) => awaited.has(one.path) && (isExpected(one) || (missing[one.path] ?? 0) > 0),
  );
  const byPath = received.toSorted((one, other) =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0,
  );
  const recorded = new Map(byPath.map((one) => [one, recordWebhook(one, standIns, start, isExpected(one))]));
  return received.flatMap((one) => recorded.get(one) ?? []);
}

/** The paths that a behaviour waits for. Whether another webhook comes before its end is chance. */
function listAwaitedPaths({ steps }: TwilioBehaviour): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => (step.kind === 'webhooks' ? Object.keys(step.count) : [])));
}

function recordHeaders(
  headers: IncomingHttpHeaders,
  isCompared: (name: string) => boolean,
  standIns: StandIns,
): Record<string, string> {
  const names = Object.keys(headers).filter(isCompared).toSorted();
  return Object.fromEntries(
    names.map((name) => [
      standIns.text(name),
      COMPARED_HEADERS.has(name) ? standIns.text(String(headers[name])) : '<any>',
    ]),
  );
}

function recordWebhook(
  webhook: ReceivedWebhook,
  standIns: StandIns,
  start: number,
  isExpected: boolean,
): SeenWebhook {
  const { path, method, headers, signature, parameters, answer, at } = webhook;
  // Of a stranger, nothing but the fact that it is another number.
  const isKept = (name: string) => (isExpected ? !isLooseParameter(name) : name === 'From' || name === 'To');
  const cleaned = Object.entries(parameters).map(([name, value]) => {
    const one = (text: string) => (isKept(name) ? standIns.text(text) : '<any>');
    return [standIns.text(name), typeof value === 'string' ? one(value) : value.map(one)] as const;
  });
  return {
    path,
    method,
    headers: recordHeaders(headers, isOfWebhook, standIns),
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
