// Answers every HTTP request: authenticates and routes REST requests; passes `/_sandbox/` to the control API.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answerProblem, type RestAnswer, sendAnswer } from './answer.js';
import { type Authenticator, encodeBasic } from './auth.js';
import { answerFault, type FaultStore } from './faults.js';
import { readRestForm } from './form.js';
import { resourceNotFound, TwilioProblem, toProblem } from './problem.js';
import { findHandler } from './representation.js';
import type { RequestLog } from './request-log.js';
import { RequestRecord, type RequestRecordDeps } from './request-record.js';
import { type Handler, type RestContext, type RestRouter, readContext } from './router.js';

/** What the server needs. */
export interface ListenerDeps extends RequestRecordDeps {
  readonly routes: RestRouter;
  readonly authenticate: Authenticator;
  /** The test credentials, and the handler of requests that use them. */
  readonly test: { readonly sid: string; readonly authToken: string; readonly handle: Handler };
  readonly faults: FaultStore;
  readonly requests: RequestLog;
  /** Resolves when everything written is on disk. */
  readonly kept: () => Promise<void> | undefined;
}

/** The whole server: `/_sandbox/` goes to `control`, everything else is Twilio's REST API. */
export function createSandboxListener(deps: ListenerDeps, control: RequestListener): RequestListener {
  const answerRest = createRestServer(deps);
  return (incoming, outgoing) => {
    if (incoming.url?.startsWith('/_sandbox/')) control(incoming, outgoing);
    else void answerRest(incoming, outgoing);
  };
}

/** Answers a request once everything it wrote is on disk. */
function createRestServer(deps: ListenerDeps) {
  const handle = answerProblems(authenticateAndRoute(deps));
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const record = new RequestRecord(deps, incoming);
    let path = '';
    let answer: RestAnswer;
    try {
      const context = readContext(incoming, record);
      path = context.path;
      answer = await applyFaults(deps, context, handle);
      await deps.kept();
    } catch (error) {
      answer = answerProblem(path, toProblem(error));
    }
    const { method = '', url = '' } = incoming;
    deps.requests.add(method, url, answer.status, deps.now());
    record.end(answer);
    sendAnswer(outgoing, answer);
  };
}

/** Passes a request with the account's credentials to its route, and one with test credentials to their handler. */
function authenticateAndRoute({ routes, authenticate, test }: ListenerDeps): Handler {
  const testHeader = encodeBasic(test.sid, test.authToken);
  return (context) => {
    const { method, path } = context;
    const { authorization } = context.incoming.headers;
    if (authorization === testHeader) return test.handle(context);
    authenticate(method, path, authorization);
    const handle = findHandler(routes, method, path);
    if (!handle) throw explainNoRoute(routes, path);
    return handle(context);
  };
}

/** Returns the 405 for a path with routes for other methods only, or else the 404. */
function explainNoRoute(routes: RestRouter, path: string): TwilioProblem {
  const isThere = ['GET', 'POST', 'DELETE'].some((method) => findHandler(routes, method, path));
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
