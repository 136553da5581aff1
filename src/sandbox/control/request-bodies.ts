// The request bodies of the control API. Loaded with the first body, because zod is slow to load.
import type * as z from 'zod';
import { RelayPhoneError } from '../../errors.js';
import type { ReplayEdits } from '../../exchanges/replay-edits.js';
import { replayEditsSchema } from '../../exchanges/replay-edits-schema.js';
import type { Compliance } from '../accounts/compliance/store.js';
import type { NumberOptions } from '../numbers/incoming-phone-numbers/provision.js';
import type { Behaviour } from '../phones/behaviour.js';
import type { FaultRule } from '../server/faults.js';
import { describeIssues } from './contract/describe-issues.js';
import { assertionBody } from './contract/exposures.js';
import {
  behaviourBody,
  calleeBody,
  keysBody,
  labelBody,
  phoneTextBody,
  speechBody,
} from './contract/phones.js';
import { faultRuleBody } from './contract/server.js';
import { advanceBody, complianceBody, numberBody, savedSnapshot } from './contract/state.js';

/** The answer of `GET /_sandbox/snapshot`, and the body of `POST /_sandbox/restore`. */
export type SavedSnapshot = Readonly<z.infer<typeof savedSnapshot>>;

/** @throws RelayPhoneError `usage` if `json` is not a {@link Behaviour} */
export function readBehaviour(json: string): Behaviour {
  return read(behaviourBody, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link Compliance} */
export function readCompliance(json: string): Compliance {
  return read(complianceBody, json);
}

/** @throws RelayPhoneError `usage` if `json` is not {@link NumberOptions} */
export function readNumberOptions(json: string): NumberOptions {
  return read(numberBody, json);
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
  return read(advanceBody, json).advance;
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link SavedSnapshot} */
export function readSavedSnapshot(json: string): SavedSnapshot {
  return read(savedSnapshot, json);
}

/** @throws RelayPhoneError `usage` if `json` is not a {@link FaultRule} */
export function readFaultRule(json: string): FaultRule {
  return read(faultRuleBody, json);
}

/** @throws RelayPhoneError `usage` if `json` is not {@link ReplayEdits} */
export function readReplayEdits(json: string): ReplayEdits {
  return read(replayEditsSchema, json);
}

function read<T>(shape: z.ZodType<T>, json: string): T {
  const result = shape.safeParse(parse(json));
  if (result.success) return result.data;
  throw badBody(describeIssues(result.error));
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
