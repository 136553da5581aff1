// The request bodies of the control API. Loaded with the first body, because zod is slow to load.
import * as z from 'zod';
import { RelayPhoneError } from '../../errors.js';
import type { Compliance } from '../accounts/compliance/store.js';
import type { Behaviour } from '../phones/behaviour.js';
import type { FaultRule } from '../server/faults.js';
import type { ReplayEdits } from '../webhooks/replay.js';
import { replayEditsSchema } from './contract/exchanges.js';

import { assertionBody } from './contract/exposures.js';
import {
  behaviourBody,
  calleeBody,
  keysBody,
  labelBody,
  phoneTextBody,
  speechBody,
} from './contract/phones.js';

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
  return read(behaviourBody, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link Compliance} */
export function readCompliance(json: string): Compliance {
  return read(compliance, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a text */
export function readPhoneText(json: string): z.infer<typeof phoneTextBody> {
  return read(phoneTextBody, json);
}

/** Returns a label. @throws RelayPhoneError `usage` if `json` has no `label` */
export function readLabel(json: string): string {
  return read(labelBody, json).label;
}

/** Returns phones. @throws RelayPhoneError `usage` if `json` has no `allowed` */
export function readAllowed(json: string): readonly string[] {
  return read(assertionBody, json).allowed;
}

/** @throws RelayPhoneError `usage` if `json` has no `to` */
export function readCallee(json: string): { to: string } {
  return read(calleeBody, json);
}

/** @throws RelayPhoneError `usage` if `json` has no `keys` */
export function readKeys(json: string): { keys: string } {
  return read(keysBody, json);
}

/** @throws RelayPhoneError `usage` if `json` has no `words` */
export function readSpeech(json: string): { words: string } {
  return read(speechBody, json);
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
