// The routes of traces in the control API: a list, and one trace with its events.
import type { Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import { type OpenTraces, waitForQuiet } from '../platform/events/open-traces.js';
import type { Sandbox } from '../sandbox.js';

/** What the routes of traces need. */
export interface TraceRouteDeps {
  readonly traces: OpenTraces;
  readonly sandbox: Pick<Sandbox, 'traces' | 'trace'>;
}

/** How many traces are listed by default. */
const DEFAULT_LIMIT = 100;

/** The longest that a request may wait for the end of a trace, milliseconds. */
const MAX_WAIT_MS = 600_000;

/** Adds `/traces` and `/traces/:id`. */
export function addTraceRoutes(app: Hono, { traces, sandbox }: TraceRouteDeps): void {
  app.get('/traces', (context) => {
    const { before, number } = context.req.query();
    const limit = readQuery(context, 'limit', /^[1-9]\d{0,4}$/, 'a number from 1 to 99999', Number);
    const failed = readQuery(context, 'failed', /^(true|false)$/, 'true or false', (text) => text === 'true');
    return context.json(sandbox.traces({ limit: limit ?? DEFAULT_LIMIT, before, number, failed }));
  });
  app.get('/traces/:id', async (context) => {
    const id = context.req.param('id');
    const waitMs = readQuery(context, 'wait', /^\d{1,9}$/, 'a number of milliseconds', Number) ?? 0;
    const found = sandbox.trace(id);
    if (!found) return context.json(notKept(id), 404);
    if (waitMs === 0) return context.json(found);
    await waitForQuiet(traces, found.traceId, Math.min(waitMs, MAX_WAIT_MS)).catch(ignoreTimeout);
    // A reset may have come meanwhile.
    const trace = sandbox.trace(found.traceId);
    return trace ? context.json(trace) : context.json(notKept(id), 404);
  });
}

/** An open trace says so itself. */
function ignoreTimeout(error: unknown): void {
  if (!(error instanceof RelayPhoneError)) throw error;
}

function notKept(id: string) {
  return {
    error: 'no event of such a trace is kept',
    task: `find the trace ${id}`,
    tryNext: ['relay-phone sandbox traces, to list the traces', 'latest, for the newest one'],
  };
}

/** Reads a parameter of the query. @throws RelayPhoneError `usage` if it does not match `pattern` */
function readQuery<T>(
  context: Context,
  name: string,
  pattern: RegExp,
  form: string,
  read: (text: string) => T,
): T | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  if (pattern.test(text)) return read(text);
  const reason = `${name} must be ${form}, not '${text}'`;
  throw new RelayPhoneError({ kind: 'usage', task: 'read the request', reason });
}
