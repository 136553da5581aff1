// The request bodies of the control API. Loaded with the first body, because zod is slow to load.
import * as z from 'zod';
import { RelayPhoneError } from '../../errors.js';
import type { Compliance } from '../accounts/compliance/store.js';
import type { Behaviour } from '../phones/behaviour.js';
import type { FaultRule } from '../server/faults.js';
import type { ReplayEdits } from '../webhooks/replay.js';
import { replayEditsSchema } from './contract/exchanges.js';

const behaviour = z.strictObject({
  texts: z
    .union([z.literal(['delivered', 'silent']), z.strictObject({ undelivered: z.int() })])
    .exactOptional(),
  callbacks: z.literal(['once', 'duplicated', 'reordered']).exactOptional(),
  calls: z.literal(['answers', 'busy', 'rejects', 'no-answer']).exactOptional(),
  callerId: z.literal(['shown', 'withheld']).exactOptional(),
  slow: z.union([z.number(), z.string()]).exactOptional(),
});

const phoneText = z.strictObject({
  to: z.string(),
  body: z.string().default(''),
  mediaUrls: z.array(z.string()).default([]),
});

const compliance = z.strictObject({
  a2p: z.literal(['registered', 'unregistered']).exactOptional(),
  tollFree: z.literal(['verified', 'unverified']).exactOptional(),
});

const advance = z.strictObject({ advance: z.union([z.string(), z.number()]) });

const savedSnapshot = z.strictObject({ snapshot: z.string() });

/** The answer of `GET /_sandbox/snapshot`, and the body of `POST /_sandbox/restore`. */
export type SavedSnapshot = Readonly<z.infer<typeof savedSnapshot>>;

const count = z.int().nonnegative();

const faultRule = z.strictObject({
  method: z.string().exactOptional(),
  path: z.string().exactOptional(),
  skip: count.exactOptional(),
  times: count.exactOptional(),
  when: z.literal(['before', 'after']).exactOptional(),
  answer: z.union([
    z.literal(['drop', 'hang']),
    z.strictObject({
      status: z.int(),
      headers: z.record(z.string(), z.string()).exactOptional(),
      code: z.int().exactOptional(),
      message: z.string().exactOptional(),
    }),
  ]),
});

/** @throws RelayPhoneError `usage` if `json` is not a {@link Behaviour} */
export function readBehaviour(json: string): Behaviour {
  return read(behaviour, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link Compliance} */
export function readCompliance(json: string): Compliance {
  return read(compliance, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a text */
export function readPhoneText(json: string): z.infer<typeof phoneText> {
  return read(phoneText, json);
}

/** @throws RelayPhoneError `usage` if `json` has no `to` */
export function readCallee(json: string): { to: string } {
  return read(z.strictObject({ to: z.string() }), json);
}

/** @throws RelayPhoneError `usage` if `json` has no `keys` */
export function readKeys(json: string): { keys: string } {
  return read(z.strictObject({ keys: z.string() }), json);
}

/** @throws RelayPhoneError `usage` if `json` has no `words` */
export function readSpeech(json: string): { words: string } {
  return read(z.strictObject({ words: z.string() }), json);
}

/** Returns how far to advance the clock. @throws RelayPhoneError `usage` if `json` has no `advance` */
export function readAdvance(json: string): number | string {
  return read(advance, json).advance;
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link SavedSnapshot} */
export function readSavedSnapshot(json: string): SavedSnapshot {
  return read(savedSnapshot, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link FaultRule} */
export function readFaultRule(json: string): FaultRule {
  return read(faultRule, json);
}

/** @throws RelayPhoneError `usage` if `json` is not {@link ReplayEdits} */
export function readReplayEdits(json: string): ReplayEdits {
  return read(replayEditsSchema, json);
}

function read<T>(shape: z.ZodType<T>, json: string): T {
  const result = shape.safeParse(parse(json));
  if (result.success) return result.data;
  throw badBody(z.prettifyError(result.error).replaceAll('\n', ' '));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw badBody('the body is not JSON');
  }
}

function badBody(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'read the request', reason });
}
