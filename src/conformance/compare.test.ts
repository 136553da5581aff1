// Every field of every answer and webhook is compared: any of them is changed, and the comparison names it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceivedWebhook } from './app.js';
import type { RequestStep, TwilioBehaviour } from './behaviour.js';
import { BEHAVIOURS } from './behaviours/behaviours.js';
import { compareRecordings } from './compare.js';
import { isBelow, joinPath } from './json-path.js';
import { NOT_COMPARED } from './not-compared.js';
import type { Recording } from './recording.js';
import { runBehaviour } from './run-behaviour.js';
import { type OpenSide, openSandboxSide } from './sandbox-side.js';
import type { Side } from './side.js';
import { isLooseParameter, LOOSE_NAMES, MOVING_NAMES } from './stand-ins.js';

/** An answer as the SDK returns it. */
interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a behaviour received, before anything was replaced. */
interface Tape {
  readonly behaviour: TwilioBehaviour;
  readonly answers: readonly RawAnswer[];
  readonly webhooks: readonly ReceivedWebhook[];
  readonly recording: Recording;
  /** The address of the behaviour's own paths. */
  readonly address: string;
}

/** A change, and the field that the comparison must name; undefined if it is one of what is not compared. */
interface Change {
  readonly tape: Pick<Tape, 'answers' | 'webhooks'>;
  readonly field: string | undefined;
}

const ID = '01234567-89ab-cdef';
let sandbox: OpenSide;
let tapes: readonly Tape[] = [];
beforeAll(async () => {
  sandbox = await openSandboxSide({ sleep, newId: () => ID });
  const found: Tape[] = [];
  for (const behaviour of BEHAVIOURS) found.push(await tapeOf(behaviour));
  tapes = found;
}, 300_000);
afterAll(() => sandbox.close());

/** Runs a behaviour on the sandbox, and keeps what it received. */
async function tapeOf(behaviour: TwilioBehaviour): Promise<Tape> {
  const { side } = sandbox;
  const answers: RawAnswer[] = [];
  let webhooks: readonly ReceivedWebhook[] = [];
  let address = '';
  let last = '';
  const request: Side['client']['request'] = async (options) => {
    const answer = await side.client.request(options);
    // A repeated request counts once.
    const asked = JSON.stringify([options.method, options.uri, options.params]);
    if (asked === last && options.method === 'get') answers.pop();
    last = asked;
    answers.push(answer as unknown as RawAnswer);
    return answer;
  };
  const begin: Side['app']['begin'] = (replies, isExpected) => {
    const app = side.app.begin(replies, isExpected);
    address = app.address;
    return {
      ...app,
      webhooks: () => {
        webhooks = app.webhooks();
        return webhooks;
      },
    };
  };
  const seen = await runBehaviour(withParts(side, request, begin), behaviour);
  if (seen.kind === 'unseen') throw new Error(`${behaviour.id}: ${seen.reason}`);
  const steps = behaviour.steps.filter(({ kind }) => kind === 'request').length;
  expect([behaviour.id, answers.length]).toEqual([behaviour.id, steps]);
  return { behaviour, answers, webhooks, recording: seen.recording, address };
}

/** Records a changed tape, as if Twilio had answered so. */
async function replay(
  { behaviour, address }: Tape,
  { answers, webhooks }: Change['tape'],
): Promise<Recording> {
  const rest = [...answers];
  const request = (async () => rest.shift()) as unknown as Side['client']['request'];
  const begin: Side['app']['begin'] = (_replies, isExpected) => ({
    address,
    webhooks: () => webhooks,
    wait: async (count) => {
      const rows = Object.entries(count).map(([path, wanted]) => {
        const got = webhooks.filter((one) => one.path === path && isExpected(one)).length;
        return [path, wanted - got] as const;
      });
      return Object.fromEntries(rows.filter(([, missing]) => missing > 0));
    },
  });
  const side = { ...withParts(sandbox.side, request, begin), waitMs: 0 };
  const seen = await runBehaviour(side, { ...behaviour, cost: {} });
  if (seen.kind === 'unseen') throw new Error(seen.reason);
  return seen.recording;
}

function withParts(side: Side, request: Side['client']['request'], begin: Side['app']['begin']): Side {
  const client = Object.create(side.client, { request: { value: request } }) as Side['client'];
  return { ...side, client, app: { ...side.app, address: side.app.address, begin } };
}

type Kind = 'removed' | 'renamed' | 'type' | 'value';

/** Changes one place of a JSON value. @returns the changed text, and the path to be named */
function changeJson(
  text: string,
  kind: Kind,
  choose: number,
): readonly [text: string, path: string] | undefined {
  const root: unknown = text === '' ? undefined : parseOrUndefined(text);
  const places = listPlaces(root, '');
  const place = places[choose % Math.max(1, places.length)];
  if (!place) return undefined;
  const { parent, name, path } = place;
  const old = parent[name];
  if (Array.isArray(parent)) {
    if (kind === 'removed' || kind === 'renamed') {
      parent.splice(Number(name), 1);
      return [JSON.stringify(root), path.slice(0, path.lastIndexOf('.'))];
    }
    parent[Number(name)] = kind === 'type' ? otherType(old) : otherValue(old);
  } else if (kind === 'removed') delete parent[name];
  else if (kind === 'renamed') {
    delete parent[name];
    parent[`${name}_new`] = old;
  } else parent[name] = kind === 'type' ? otherType(old) : otherValue(old);
  return [JSON.stringify(root), path];
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly name: string;
  readonly path: string;
}

function listPlaces(value: unknown, path: string): Place[] {
  if (value === null || typeof value !== 'object') return [];
  const parent = value as Record<string, unknown>;
  return Object.entries(parent).flatMap(([name, child]) => [
    { parent, name, path: joinPath(path, name) },
    ...listPlaces(child, joinPath(path, name)),
  ]);
}

/** null for text, text for a number, and the reverse. */
function otherType(value: unknown): unknown {
  if (value === null) return '';
  if (typeof value === 'string') return null;
  return typeof value === 'number' ? String(value) : 'changed';
}

function otherValue(value: unknown): unknown {
  if (typeof value === 'string') return `${value} changed`;
  if (typeof value === 'number') return value * 3 + 1;
  if (typeof value === 'boolean') return !value;
  return 'changed';
}

/** True for a value, and a change, of which docs/conformance.md says that it is not compared. */
function isLeftOut(step: RequestStep | undefined, path: string, kind: Kind, value: unknown): boolean {
  if (kind === 'removed' || kind === 'renamed') return false;
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (MOVING_NAMES.has(name) || name === 'price') return true;
  const isScalar = value !== null && typeof value !== 'object';
  if (kind === 'value' && isScalar && (LOOSE_NAMES.has(name) || isBelow(step?.loose ?? [], path)))
    return true;
  return kind === 'value' && typeof value === 'number' && value >= 1e6;
}

function changeAnswer(tape: Tape, at: number, kind: Kind, choose: number): Change | undefined {
  const index = at % tape.answers.length;
  const answer = tape.answers[index];
  const changed = answer && changeJson(answer.body, kind, choose);
  if (!answer || !changed) return undefined;
  const [body, path] = changed;
  const step = tape.behaviour.steps.filter((one): one is RequestStep => one.kind === 'request')[index];
  const old = listPlaces(JSON.parse(answer.body), '').find((one) => one.path === path);
  const value = old?.parent[old.name];
  const isOut = isLeftOut(step, path, kind, value);
  return {
    tape: { ...tape, answers: tape.answers.with(index, { ...answer, body }) },
    field: isOut ? undefined : `body ${path}`,
  };
}

function changeHeader(tape: Tape, at: number, kind: Kind, choose: number): Change | undefined {
  const index = at % tape.answers.length;
  const answer = tape.answers[index];
  const names = Object.keys(tape.recording.requests[index]?.headers ?? {});
  const name = names[choose % names.length];
  if (!answer || name === undefined) return undefined;
  const { [name]: old = '', ...rest } = answer.headers;
  const isAny = tape.recording.requests[index]?.headers[name] === '<any>';
  const headers =
    kind === 'removed'
      ? rest
      : kind === 'renamed'
        ? { ...rest, [`${name}-new`]: old }
        : { ...rest, [name]: 'changed' };
  return {
    tape: { ...tape, answers: tape.answers.with(index, { ...answer, headers }) },
    field: isAny && (kind === 'type' || kind === 'value') ? undefined : `header ${name}`,
  };
}

function changeWebhook(tape: Tape, at: number, kind: Kind, choose: number): Change | undefined {
  const paths = new Set(tape.recording.webhooks.map(({ path }) => path));
  const awaited = tape.webhooks.filter(({ path }) => paths.has(path));
  const webhook = awaited[at % Math.max(1, awaited.length)];
  if (!webhook) return undefined;
  const names = Object.keys(webhook.parameters);
  const name = names[choose % names.length] ?? '';
  const { [name]: old = '', ...rest } = webhook.parameters;
  const parameters =
    kind === 'removed'
      ? rest
      : kind === 'renamed'
        ? { ...rest, [`${name}New`]: old }
        : { ...rest, [name]: kind === 'type' ? [String(old), 'more'] : `${String(old)} changed` };
  const isOut = isLooseParameter(name) && kind === 'value';
  return {
    tape: {
      ...tape,
      webhooks: tape.webhooks.map((one) => (one === webhook ? { ...webhook, parameters } : one)),
    },
    field: isOut ? undefined : `parameter ${name}`,
  };
}

const change = fc.record({
  tape: fc.nat(),
  at: fc.nat(),
  choose: fc.nat(),
  kind: fc.constantFrom<Kind>('removed', 'renamed', 'type', 'value'),
});

describe('the comparison', () => {
  it.each([
    ['field of an answer', changeAnswer],
    ['header of an answer', changeHeader],
    ['parameter of a webhook', changeWebhook],
  ])('names any %s that is removed, renamed, of another type or of another value', async (_what, make) => {
    await fc.assert(
      fc.asyncProperty(change, async ({ tape: chosen, at, choose, kind }) => {
        const own =
          make === changeWebhook ? tapes.filter(({ recording }) => recording.webhooks.length > 0) : tapes;
        const tape = own[chosen % own.length];
        const made = tape && make(tape, at, kind, choose);
        if (!tape || made?.field === undefined) return fc.pre(false);
        const live = await replay(tape, made.tape);
        const fields = compareRecordings(tape.recording, live).map(({ field }) => field);
        expect([tape.behaviour.id, fields]).toEqual([
          tape.behaviour.id,
          expect.arrayContaining([made.field]),
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds nothing if nothing was changed', async () => {
    for (const tape of tapes) expect(compareRecordings(tape.recording, await replay(tape, tape))).toEqual([]);
  });

  it('names a gross delay of an answer and of a webhook, and no small one', () => {
    const tape = tapes.find(({ behaviour }) => behaviour.id === 'texts/status-callbacks');
    if (!tape) throw new Error('no such behaviour');
    const { recording } = tape;
    const late = (answerMs: number, webhookMs: number) =>
      compareRecordings(recording, {
        ...recording,
        requests: recording.requests.map((one) => ({ ...one, tookMs: one.tookMs + answerMs })),
        webhooks: recording.webhooks.map((one, index) => ({
          ...one,
          atMs: one.atMs + webhookMs * (index + 1),
        })),
      }).map(({ where, kind }) => [where, kind]);
    expect(late(4_000, 5_000)).toEqual([]);
    expect(late(6_000, 0)).toContainEqual(['POST /Messages.json', 'delay']);
    expect(late(0, 11_000)).toContainEqual(['webhook /status delivered', 'delay']);
  });
});

it('docs/conformance.md lists what is not compared', () => {
  const page = readFileSync('docs/conformance.md', 'utf8').replace(/\s+/g, ' ');
  for (const one of NOT_COMPARED) expect(page).toContain(`- ${one}`);
});
