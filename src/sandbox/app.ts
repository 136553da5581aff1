// The sandbox as one app: what happens to every REST request on its way to a route and back, and the way to control.
import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { answerProblem } from './answer.js';
import { createGate, encodeBasic } from './auth.js';
import { answerFault } from './fault-rule.js';
import { resourceNotFound, TwilioProblem, toProblem } from './problem.js';
import type { RestApp, RestContext, RestEnv } from './rest.js';
import { createRoutes } from './routes.js';
import { createTestRoutes } from './test-credentials/routes.js';
import type { World } from './world.js';

type RestMiddleware = MiddlewareHandler<RestEnv>;

/** What answers the requests below a path. */
export type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** The whole server as a function: `/_sandbox/` goes to `control`, everything else is Twilio's REST API. */
export function createApp(world: World, control: Fetch): Fetch {
  const rest = createRestApp(world);
  return async (request, bindings) => {
    const answerer = bindings.incoming.url?.startsWith('/_sandbox/') ? control : rest.fetch;
    const response = await answerer(request, bindings);
    await world.store.kept();
    return response;
  };
}

function createRestApp(world: World): RestApp {
  const routes = createRoutes(world);
  const app = new Hono<RestEnv>();
  app.use(recordRequests(world), meetFaults(world), admit(world));
  app.route('/', routes);
  app.notFound((context) => answerProblem(context.req.path, findMistake(routes, context)));
  app.onError((error, context) => answerProblem(context.req.path, toProblem(error)));
  return app;
}

function recordRequests({ requests, events, webhooks, now }: World): RestMiddleware {
  return async (context, next) => {
    await next();
    const [method, path, status] = [context.req.method, targetOf(context), context.res.status] as const;
    requests.add(method, path, status, now());
    const traceId = context.get('traceId') ?? webhooks.flights.findTrace() ?? events.newTrace();
    events.emit({ kind: 'request.in', traceId, cause: null, method, path, status });
  };
}

function meetFaults({ faults, store }: World): RestMiddleware {
  return async (context, next) => {
    const fault = faults.meet(context.req.method, targetOf(context));
    if (!fault) return next();
    if (fault.rule.when === 'after') {
      await next();
      await store.kept();
    }
    fault.reached();
    const { answer } = fault.rule;
    if (answer === 'drop') context.env.incoming.socket.destroy();
    // Neither a dropped nor a hanging request is ever answered; closing the server ends the latter.
    if (typeof answer === 'string') return new Promise<never>(() => {});
    // Hono merges a new response into the one there is, unless that is taken away first.
    context.res = undefined;
    context.res = answerFault(context.req.path, answer);
  };
}

/** Lets the owner through to the routes, and whoever has test credentials to the magic numbers. */
function admit(world: World): RestMiddleware {
  const verifyOwner = createGate(world);
  const test = world.testCredentials;
  const testHeader = test && encodeBasic(test.sid, test.authToken);
  const testRoutes = test && createTestRoutes(test, world.now);
  return async (context, next) => {
    const { authorization } = context.env.incoming.headers;
    if (testRoutes && authorization === testHeader) return testRoutes.fetch(context.req.raw, context.env);
    verifyOwner(context.req.method, context.req.path, authorization);
    return next();
  };
}

/** A path that no route has for this method: nothing there, or only other methods. */
function findMistake(routes: RestApp, context: RestContext): TwilioProblem {
  const { path } = context.req;
  const others = ['GET', 'POST', 'DELETE'].filter(
    (method) => routes.router.match(method, path)[0].length > 0,
  );
  return others.length > 0 ? new TwilioProblem(405, 20004, 'Method not allowed') : resourceNotFound(path);
}

/** The request's path and query as they came. */
function targetOf(context: RestContext): string {
  return context.env.incoming.url ?? '/';
}
