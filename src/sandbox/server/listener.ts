// Answers every HTTP request: authenticates and routes REST requests; passes `/_sandbox/` to the control API.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { findIntrusion } from '../../http/loopback-guard.js';
import { isTwilio } from '../platform/twilio-hosts.js';
import { answerProblem, nameMissingParameters, type RestAnswer, sendAnswer } from './answer.js';
import { type Authenticator, encodeBasic } from './auth.js';
import { answerFault, type FaultStore } from './faults.js';
import { readRestForm } from './form.js';
import { notInSandbox, resourceNotFound, TwilioProblem, toProblem } from './problem.js';
import { findHandler } from './representation.js';
import type { RequestLog } from './request-log.js';
import { RequestRecord, type RequestRecordDeps } from './request-record.js';
import { readRequestedTarget } from './requested-target.js';
import type { RestRoutes } from './rest-routes.js';
import { type Handler, type RestContext, type RestRouter, readContext } from './router.js';

/** What the server needs. */
export interface ListenerDeps extends RequestRecordDeps {
  readonly routes: RestRoutes;
  readonly authenticate: Authenticator;
  /** The test credentials, and the handler of requests that use them. */
  readonly test: { readonly sid: string; readonly authToken: string; readonly handle: Handler };
  readonly faults: FaultStore;
  readonly requests: RequestLog;
  /** Resolves when everything written is on disk. */
  readonly kept: () => Promise<void> | undefined;
}

/**
 * The whole server: `/_sandbox/` goes to `control`, everything else is Twilio's REST API.
 *
 * @param hostNames of a sandbox that other machines can reach, see {@link findIntrusion}: requests under other
 *   names, Twilio's excepted, are refused
 */
export function createSandboxListener(
  deps: ListenerDeps,
  control: RequestListener,
  hostNames?: readonly string[],
): RequestListener {
  const answerRest = createRestServer(deps);
  return (incoming, outgoing) => {
    if (incoming.url?.startsWith('/_sandbox/')) return control(incoming, outgoing);
    const reason = hostNames && findForeignName(incoming, hostNames);
    if (reason !== undefined) refuseName(incoming, outgoing, reason);
    else void answerRest(incoming, outgoing);
  };
}

/** Returns why a REST request is refused. Twilio's names are no names of a web page that somebody else serves. */
function findForeignName(
  { headers, socket }: IncomingMessage,
  hostNames: readonly string[],
): string | undefined {
  const host = isTwilio((headers.host ?? '').replace(/:\d+$/, '')) ? 'localhost' : headers.host;
  return findIntrusion({ ...headers, host }, socket.localPort ?? 0, hostNames);
}

function refuseName(incoming: IncomingMessage, outgoing: ServerResponse, reason: string): void {
  incoming.resume();
  sendAnswer(outgoing, answerProblem(incoming.url ?? '/', new TwilioProblem(403, 20003, reason)));
}

/** Answers a request once everything it wrote is on disk. */
function createRestServer(deps: ListenerDeps) {
  const handle = answerProblems(authenticateAndRoute(deps));
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const requested = readRequestedTarget(incoming);
    const record = new RequestRecord(deps, incoming, requested);
    let path = '';
    let answer: RestAnswer;
    try {
      const context = readContext(incoming, requested, record);
      path = context.path;
      answer = await applyFaults(deps, context, handle);
      await deps.kept();
    } catch (error) {
      answer = answerProblem(path, toProblem(error));
    }
    if (record.lacks) answer = nameMissingParameters(answer, record.lacks);
    deps.requests.add(incoming.method ?? '', requested.target, answer.status, deps.now());
    record.end(answer);
    sendAnswer(outgoing, answer);
  };
}

/** Passes a request with the account's credentials to its route, and one with test credentials to their handler. */
function authenticateAndRoute({ routes, authenticate, test }: ListenerDeps): Handler {
  const testHeader = encodeBasic(test.sid, test.authToken);
  return (context) => {
    const { method, product, path } = context;
    const { authorization } = context.incoming.headers;
    if (authorization === testHeader) return test.handle(context);
    authenticate(method, path, authorization);
    const handle = findHandler(matchIn(routes, product), method, path);
    if (!handle) return refuseMissing(context, explainNoRoute(routes, context));
    return followRoute(handle, context);
  };
}

/** Returns the routes of the product that a request names. */
function matchIn({ match }: RestRoutes, product: string | undefined): RestRouter['match'] {
  return (method, path) => match(product, method, path);
}

/** Answers a request by its route, and says so if the route finds nothing because the sandbox lacks it. */
async function followRoute(handler: Handler, context: RestContext): Promise<RestAnswer> {
  try {
    return await handler(context);
  } catch (error) {
    return refuseMissing(context, error);
  }
}

/** Refuses a request with `error`, or by name if Twilio has what the request did not find. */
async function refuseMissing(context: RestContext, error: unknown): Promise<never> {
  if (!(error instanceof TwilioProblem && [20404, 20004].includes(error.code))) throw error;
  const { findUnsupported } = await import('./unsupported/find-unsupported.js');
  const unsupported = findUnsupported(context, error.code);
  throw unsupported ? notInSandbox(context.path, unsupported) : error;
}

/** Returns the 405 for a path with routes for other methods only, or else the 404. */
function explainNoRoute(routes: RestRoutes, { product, path }: RestContext): TwilioProblem {
  const match = matchIn(routes, product);
  const isThere = ['GET', 'POST', 'DELETE'].some((method) => findHandler(match, method, path));
  return isThere ? new TwilioProblem(405, 20004, 'Method not allowed') : resourceNotFound(path);
}

async function applyFaults(
  { faults, kept }: ListenerDeps,
  context: RestContext,
  handle: Handler,
): Promise<RestAnswer> {
  const fault = faults.match(context.method, context.target);
  if (!fault) return handle(context);
  if (fault.rule.when === 'after') {
    await handle(context);
    await kept();
  } else if (context.method === 'POST') {
    // For the record: the request has no effect.
    await readRestForm(context);
  }
  fault.reached();
  context.record.hit(fault);
  const { answer } = fault.rule;
  if (answer === 'drop') context.incoming.socket.destroy();
  if (typeof answer === 'string') {
    context.record.endWithoutAnswer(`the injected fault ${fault.fault.id} lets it ${answer}`);
    // Dropped and hanging requests are never answered; closing the server ends the hanging ones.
    return new Promise<never>(() => {});
  }
  return answerFault(context.path, answer);
}

/** Turns every error into an answer. */
function answerProblems(handle: Handler): Handler {
  return async (context) => {
    try {
      return await handle(context);
    } catch (error) {
      return answerProblem(context.path, toProblem(error));
    }
  };
}
