// Drives a sandbox in another process over its control API.
import { randomBytes } from 'node:crypto';
import { RelayPhoneError } from '../../errors.js';
import type { SandboxEvent } from '../events/event.js';
import type { FaultRule } from '../faults.js';
import type { Behaviour } from '../phones/behaviour.js';
import type { LoggedCall } from '../phones/phone-call.js';
import type { PhoneSummary, ReceivedText } from '../phones/phones.js';
import type { SentText, TextOutcome } from '../phones/sent-text.js';
import type { RecordedRequest } from '../requests.js';
import type { Compliance } from '../resources/compliance/store.js';
import type { AccountCredentials, FaultSummary } from './app.js';
import type { CallAct, PlacedCall } from './calls.js';
import { followTrace } from './follow.js';
import { isProof, NONCE_BYTES } from './proof.js';
import { send } from './send.js';

/** Milliseconds to wait for what an app answers: as long as a few slow documents and their fallbacks may take. */
const WEBHOOK_PATIENCE = 120_000;

/** Where a sandbox listens and what its control API asks for. */
export interface ControlAddress {
  /** Such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly controlToken: string;
}

/** A sandbox in another process. Every method throws RelayPhoneError: `network` without an answer, `usage` when refused. */
export interface ControlClient {
  account(): Promise<AccountCredentials>;
  phones(): Promise<readonly PhoneSummary[]>;
  texts(number: string): Promise<readonly ReceivedText[]>;
  /** Sends a text from a phone; resolves when the app's answer to it was carried out. */
  text(text: SentText): Promise<TextOutcome>;
  /** Calls `onEvent` for each event of a trace, and resolves when nothing of it is under way. */
  follow(traceId: string, onEvent: (event: SandboxEvent) => void): Promise<void>;
  /** Calls a number of the account from a phone. */
  call(from: string, to: string): Promise<PlacedCall>;
  /** A phone's call log, oldest first. */
  calls(number: string): Promise<readonly LoggedCall[]>;
  /** Does something in a call that a phone is in: `press` takes `{ keys }`, `say` takes `{ words }`. */
  act(number: string, callSid: string, act: CallAct, content?: object): Promise<void>;
  behave(number: string, behaviour: Behaviour): Promise<void>;
  compliance(sender: string, compliance: Compliance): Promise<void>;
  fail(rule: FaultRule): Promise<FaultSummary>;
  faults(): Promise<readonly FaultSummary[]>;
  removeFault(id: string): Promise<void>;
  requests(): Promise<readonly RecordedRequest[]>;
  reset(): Promise<void>;
}

/**
 * Makes a client. Before its first request it checks, as {@link verifySandbox} does, whom it is talking to:
 * whoever took the port over since is never shown the token.
 */
export function createControlClient(address: ControlAddress): ControlClient {
  let verified: Promise<void> | undefined;
  async function verify(): Promise<void> {
    verified ??= verifySandbox(address.origin, address.controlToken);
    await verified;
  }
  async function call<T>(method: string, path: string, body?: unknown, patience?: number): Promise<T> {
    await verify();
    const target = patience === undefined ? address : { ...address, patience };
    return verifyAnswer<T>(method, path, await send(target, method, path, body));
  }
  return {
    account: () => call('GET', '/account'),
    phones: () => call('GET', '/phones'),
    texts: (number) => call('GET', `/phones/${encodeURIComponent(number)}/texts`),
    text: ({ from, ...text }) =>
      call('POST', `/phones/${encodeURIComponent(from)}/text`, text, WEBHOOK_PATIENCE),
    follow: async (traceId, onEvent) => {
      await verify();
      return followTrace(address, traceId, onEvent);
    },
    call: (from, to) => call('POST', `/phones/${encodeURIComponent(from)}/call`, { to }),
    calls: (number) => call('GET', `/phones/${encodeURIComponent(number)}/calls`),
    act: (number, callSid, act, content) =>
      call('POST', `/phones/${encodeURIComponent(number)}/calls/${callSid}/${act}`, content),
    behave: (number, behaviour) => call('PUT', `/phones/${encodeURIComponent(number)}/behaviour`, behaviour),
    compliance: (sender, compliance) => call('PUT', `/compliance/${encodeURIComponent(sender)}`, compliance),
    fail: (rule) => call('POST', '/faults', rule),
    faults: () => call('GET', '/faults'),
    removeFault: (id) => call('DELETE', `/faults/${encodeURIComponent(id)}`),
    requests: () => call('GET', '/requests'),
    reset: () => call('POST', '/reset'),
  };
}

/**
 * Checks that the sandbox with this control token answers at `origin`, without showing the token.
 *
 * @throws RelayPhoneError `network` when nobody does within two seconds, or somebody else does.
 */
export async function verifySandbox(origin: string, controlToken: string): Promise<void> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const answer = await send({ origin }, 'GET', `/hello?nonce=${nonce}`);
  if (answer.status === 200 && isProof(controlToken, nonce, findProof(answer.text))) return;
  throw new RelayPhoneError({
    kind: 'network',
    task: `reach the sandbox at ${origin}`,
    reason: 'something else answers there',
    tryNext: ['relay-phone sandbox'],
  });
}

function findProof(json: string): unknown {
  try {
    return (JSON.parse(json) as { proof?: unknown } | null)?.proof;
  } catch {
    return undefined;
  }
}

function verifyAnswer<T>(
  method: string,
  path: string,
  { status, text }: { status: number; text: string },
): T {
  if (status < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `ask the sandbox for ${method} ${path}`,
    reason: `it answered ${status}: ${text}`,
  });
}
