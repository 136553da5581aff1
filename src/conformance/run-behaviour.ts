// Runs one behaviour on one side, and records what Twilio answered and sent.
import type { IncomingHttpHeaders } from 'node:http';
import { NoAnswer } from '../http/send.js';
import type { BehaviourApp, ReceivedWebhook } from './app.js';
import { needsWebhooks, type RequestStep, type TwilioBehaviour } from './behaviour.js';
import { get } from './behaviours/build.js';
import { findAtPath } from './json-path.js';
import { findObstacle } from './obstacles.js';
import { type Answered, recordOrder, recordRequest, recordWebhooks } from './record.js';
import type { Seen, SeenRequest } from './recording.js';
import { type Side, urlOf } from './side.js';
import { createStandIns, type StandIns } from './stand-ins.js';
import { fill, fillValues, type Placeholders } from './template.js';

/** Milliseconds between two looks at a status; the last one repeats. */
const POLL_DELAYS_MS = [20, 50, 100, 250, 500, 1000];

/** The error that ends a behaviour early: something else kept it from being seen. */
class Obstacle extends Error {}

/** Runs a behaviour. It never throws for what Twilio answers; what it created is removed at its end. */
export async function runBehaviour(side: Side, behaviour: TwilioBehaviour): Promise<Seen> {
  const { a, b } = side;
  // A single request is one that Twilio refuses: no text is sent.
  await side.pace(behaviour.steps.length > 1 ? (behaviour.cost?.segments ?? 0) : 0);
  const own = new Set([a.phoneNumber, b.phoneNumber]);
  const isExpected = ({ parameters: { From, To } }: Pick<ReceivedWebhook, 'parameters'>) =>
    [From, To].every((number) => number === undefined || (typeof number === 'string' && own.has(number)));
  const app = side.app.begin(behaviour.app ?? {}, isExpected);
  const tag = `q${side.newId().replaceAll('-', '').slice(0, 12)}`;
  const placeholders = new Map([
    ['a', a.phoneNumber],
    ['b', b.phoneNumber],
    ['a.sid', a.sid],
    ['b.sid', b.sid],
    ['account', side.client.accountSid],
    ['app', app.address],
    ['tag', tag],
  ]);
  const standIns = createStandIns({
    accountSid: side.client.accountSid,
    secrets: [side.authToken],
    numbers: { A: a.phoneNumber, B: b.phoneNumber },
    app: app.address,
    tag,
  });
  const running = { side, app, placeholders, standIns, start: performance.now(), startedAt: Date.now(), tag };
  try {
    const requests: SeenRequest[] = [];
    let missing: Record<string, number> = {};
    for (const step of behaviour.steps) {
      if (step.kind === 'request') requests.push(await runRequest(running, step));
      else {
        missing = { ...missing, ...(await app.wait(step.count, side.waitMs)) };
        if (Object.keys(missing).length > 0) await verifyNoneBlocked(running, behaviour);
      }
    }
    if (needsWebhooks(behaviour) && side.settleMs > 0) await side.sleep(side.settleMs);
    const { start } = running;
    const webhooks = recordWebhooks(app.webhooks(), behaviour, { standIns, start, isExpected, missing });
    const order = recordOrder(webhooks, behaviour);
    if (requests.at(-1)?.status === 201) side.cleanUp.optOut(b.phoneNumber, a.phoneNumber, 'over');
    return { kind: 'recorded', recording: { requests, webhooks, missing, order } };
  } catch (error) {
    if (error instanceof Obstacle) return { kind: 'unseen', reason: error.message };
    if (error instanceof NoAnswer) return { kind: 'unseen', reason: standIns.text(error.message) };
    throw error;
  } finally {
    await side.cleanUp.removeAll();
  }
}

/** Why a webhook is missing: carriers may have blocked a text that TwiML sent. @throws Obstacle if they did */
async function verifyNoneBlocked(
  { side, placeholders, startedAt }: Running,
  { cost }: TwilioBehaviour,
): Promise<void> {
  if (!cost?.segments) return;
  for (const [From, To] of [
    ['{a}', '{b}'],
    ['{b}', '{a}'],
  ] as const) {
    const step = get('/Messages.json', {}, { query: { From, To, PageSize: '5' } });
    const { status, json } = await send(side, step, placeholders);
    const rows = findAtPath(json, 'messages');
    for (const body of Array.isArray(rows) ? rows : []) {
      // A text of earlier says nothing about this behaviour.
      if (!(Date.parse(String(findAtPath(body, 'date_created'))) >= startedAt - CLOCK_SKEW_MS)) continue;
      const obstacle = findObstacle({ status: 200 }, { status, body });
      if (obstacle !== undefined) throw new Obstacle(obstacle);
    }
  }
}

/** How far the clock of this machine may be ahead of Twilio's. */
const CLOCK_SKEW_MS = 60_000;

/** A behaviour that runs. */
interface Running {
  readonly side: Side;
  readonly app: BehaviourApp;
  readonly placeholders: Map<string, string>;
  readonly standIns: StandIns;
  readonly start: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly tag: string;
}

async function runRequest(running: Running, step: RequestStep): Promise<SeenRequest> {
  const { side, placeholders, standIns, start, tag } = running;
  if (step.optsOut) side.cleanUp.optOut(side.b.phoneNumber, side.a.phoneNumber, 'risked');
  const id = step.creates && side.cleanUp.intend(step.creates, tag);
  const answered = await repeat(side, step, placeholders);
  const { status, json } = answered;
  const sid = status < 300 ? findAtPath(json, 'sid') : undefined;
  if (id !== undefined) side.cleanUp.created(id, typeof sid === 'string' ? sid : undefined);
  const obstacle = findObstacle(step.expect, { status, body: json });
  if (obstacle !== undefined) throw new Obstacle(obstacle);
  for (const [name, path] of Object.entries(step.save ?? {}))
    placeholders.set(name, String(findAtPath(json, path) ?? ''));
  return recordRequest(step, answered, standIns, performance.now() - start);
}

/** Sends the request, again and again with `until`; the last answer counts. */
async function repeat(side: Side, step: RequestStep, placeholders: Placeholders): Promise<Answered> {
  const deadline = performance.now() + side.waitMs;
  let tookMs = 0;
  for (let turn = 0; ; turn += 1) {
    const answer = await send(side, step, placeholders);
    tookMs = Math.max(tookMs, answer.tookMs);
    const answered = { ...answer, tookMs };
    if (!step.until) return answered;
    const value = findAtPath(answered.json, step.until.path);
    const isThere = step.until.values.some((one) => one === value);
    if (isThere || answered.status >= 400 || performance.now() >= deadline) return answered;
    await side.sleep(POLL_DELAYS_MS[Math.min(turn, POLL_DELAYS_MS.length - 1)] ?? 1000);
  }
}

async function send(side: Side, step: RequestStep, placeholders: Placeholders): Promise<Answered> {
  const { client } = side;
  const start = performance.now();
  const answer = await client.request({
    method: step.method.toLowerCase() as 'get',
    uri: urlOf(side, fill(step.path, placeholders)),
    ...(step.query && { params: fillValues(step.query, placeholders) }),
    ...(step.form && { data: fillValues(step.form, placeholders) }),
    ...(step.credentials === 'wrong-token' && { username: client.accountSid, password: 'f'.repeat(32) }),
  });
  const { statusCode, body } = answer as { readonly statusCode: number; readonly body: string };
  return {
    status: statusCode,
    headers: answer.headers as IncomingHttpHeaders,
    json: readBody(body),
    tookMs: performance.now() - start,
  };
}

/** JSON, else the text itself; null for an empty body. */
function readBody(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
