// What bodies the control API takes; loaded when the first one comes, because zod is slow to load.
import { z } from 'zod';
import { RelayPhoneError } from '../../errors.js';
import type { FaultRule } from '../faults.js';
import type { Behaviour } from '../phones/behaviour.js';

const behaviour = z.strictObject({
  texts: z.union([z.literal(['delivered', 'silent']), z.strictObject({ undelivered: z.int() })]),
});

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

/** @throws RelayPhoneError `usage` when `json` is not a {@link Behaviour}. */
export function readBehaviour(json: string): Behaviour {
  return read(behaviour, json);
}

/** @throws RelayPhoneError `usage` when `json` is not a {@link FaultRule}. */
export function readFaultRule(json: string): FaultRule {
  return read(faultRule, json);
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
