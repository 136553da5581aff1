// The routes of number exposures and privacy assertions in the control API.
import type { Hono } from 'hono';
import type { Sandbox } from '../sandbox.js';
import { refuseUnknown } from './refusal.js';

/** Adds the routes under `/exposures` and `/assertions`. */
export function addExposureRoutes(
  app: Hono,
  sandbox: Pick<Sandbox, 'exposures' | 'assertions' | 'assertShownOnlyTo' | 'removeAssertion'>,
): void {
  // The second path is the earlier name.
  for (const path of ['/exposures/:number', '/who-saw/:number']) {
    app.get(path, (context) => context.json(sandbox.exposures(context.req.param('number') ?? '')));
  }
  app.get('/assertions', (context) => context.json(sandbox.assertions()));
  app.put('/assertions/:number', async (context) => {
    const { readAllowed } = await import('./request-bodies.js');
    sandbox.assertShownOnlyTo(context.req.param('number'), readAllowed(await context.req.text()));
    return context.body(null, 204);
  });
  app.delete('/assertions/:number', (context) => {
    const number = context.req.param('number');
    return sandbox.removeAssertion(number)
      ? context.body(null, 204)
      : refuseUnknown(`nothing is asserted about ${number}`);
  });
}
