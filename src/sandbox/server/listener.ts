// The sandbox as one listener: what happens to every REST request on its way to a route and back, and the way to control.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createTestHandler } from '../accounts/test-credentials/routes.js';
import { createRoutes } from '../routes.js';
import type { World } from '../world.js';
import { answerProblem, type RestAnswer, sendAnswer } from './answer.js';
import { createAuthenticator, encodeBasic } from './auth.js';
import { answerFault } from './fault-rule.js';
import { resourceNotFound, TwilioProblem, toProblem } from './problem.js';
import { type Handler, type RestApp, type RestContext, readContext } from './router.js';

/** The whole server: `/_sandbox/` goes to `control`, everything else is Twilio's REST API. */
export function createSandboxListener(world: World, control: RequestListener): RequestListener {
  const answerRest = createRest(world);
  return (incoming, outgoing) => {
    if (incoming.url?.startsWith('/_sandbox/')) control(incoming, outgoing);
    else void answerRest(incoming, outgoing);
  };
}

/** Answers a request once all that it wrote is kept. */
function createRest(world: World) {
  const handle = answerProblems(admit(world));
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    let path = '';
    try {
      const context = readContext(incoming);
      path = context.path;
      const answer = await meetFaults(world, context, handle);
      record(world, context, answer.status);
      await world.store.kept();
      sendAnswer(outgoing, answer);
    } catch (error) {
      sendAnswer(outgoing, answerProblem(path, toProblem(error)));
    }
  };
}

function record({ requests, events, webhooks, now }: World, context: RestContext, status: number): void {
  const { method, target: path } = context;
  requests.add(method, path, status, now());
  const traceId = context.traceId ?? webhooks.flights.findTrace() ?? events.newTrace();
  events.emit({ kind: 'request.in', traceId, cause: null, method, path, status });
}

async function meetFaults(
  { faults, store }: World,
  context: RestContext,
  handle: Handler,
): Promise<RestAnswer> {
  const fault = faults.meet(context.method, context.target);
  if (!fault) return handle(context);
  if (fault.rule.when === 'after') {
    await handle(context);
    await store.kept();
  }
  fault.reached();
  const { answer } = fault.rule;
  if (answer === 'drop') context.incoming.socket.destroy();
  // Neither a dropped nor a hanging request is ever answered; closing the server ends the latter.
  if (typeof answer === 'string') return new Promise<never>(() => {});
  return answerFault(context.path, answer);
}

/** Makes an answer of all that is thrown. */
function answerProblems(handle: Handler): Handler {
  return async (context) => {
    try {
      return await handle(context);
    } catch (error) {
      return answerProblem(context.path, toProblem(error));
    }
  };
}

/** Lets the owner through to the routes, and whoever has test credentials to the magic numbers. */
function admit(world: World): Handler {
  const routes = createRoutes(world);
  const verifyOwner = createAuthenticator(world);
  const test = world.testCredentials;
  const testHeader = encodeBasic(test.sid, test.authToken);
  const pretend = createTestHandler(test, world.now);
  return (context) => {
    const { method, path } = context;
    const { authorization } = context.incoming.headers;
    if (authorization === testHeader) return pretend(context);
    verifyOwner(method, path, authorization);
    const route = routes.match(method, path);
    if (!route) throw findMistake(routes, path);
    context.params = route[1];
    return route[0](context);
  };
}

/** What is wrong with a path that no route has for this method: nothing is there, or only other methods. */
function findMistake(routes: RestApp, path: string): TwilioProblem {
  const isThere = ['GET', 'POST', 'DELETE'].some((method) => routes.match(method, path));
  return isThere ? new TwilioProblem(405, 20004, 'Method not allowed') : resourceNotFound(path);
}
