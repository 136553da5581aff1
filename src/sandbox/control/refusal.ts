// The refusals of the control API, and their body.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RelayPhoneError } from '../../errors.js';
import { explainMachineFault } from '../../machine-fault.js';

/** The body of every refusal. */
export interface ControlError {
  readonly error: string;
  /** What failed, as in {@link RelayPhoneError}. */
  readonly task: string;
  readonly tryNext: readonly string[];
}

/** Answers a request that failed: 400, or 504 if what it waited for did not come; for other errors as `refuseWrite`. */
export function refuse(error: unknown): Response {
  if (!(error instanceof RelayPhoneError)) return refuseWrite(error);
  return Response.json(formatRefusal(error), { status: error.kind === 'fault' ? 504 : 400 });
}

/** Answers a request whose writes are lost: 507 for a fault of the machine, else 500. */
export function refuseWrite(error: unknown): Response {
  const fault = explainMachineFault(error);
  return fault
    ? Response.json(formatRefusal(fault), { status: 507 })
    : Response.json(refusal('answer the request', String(error)), { status: 500 });
}

/** Answers a request without the token. */
export function refuseStranger(): Response {
  const reason = 'the token is missing, or is not that of this sandbox';
  const tryNext = ['Authorization: Bearer, and the controlToken of .relay-phone/sandbox.json'];
  return Response.json({ ...refusal('authenticate the request', reason), tryNext }, { status: 401 });
}

/** Answers a request for something that does not exist. */
export function refuseUnknown(reason: string): Response {
  return Response.json(refusal('answer the request', reason), { status: 404 });
}

/** Answers a request that the guard refused, before anything else reads it. */
export function refuseIntruder(incoming: IncomingMessage, outgoing: ServerResponse, reason: string): void {
  incoming.resume();
  outgoing.writeHead(403, { 'Content-Type': 'application/json' });
  outgoing.end(JSON.stringify(refusal('answer the request', reason)));
}

function refusal(task: string, reason: string): ControlError {
  return { error: reason, task, tryNext: [] };
}

function formatRefusal({ reason, task, tryNext }: RelayPhoneError): ControlError {
  return { error: reason, task, tryNext };
}
