// Finds the route of a request, and answers it in the format that its path asks for: JSON, XML or CSV.
import { answerText, type RestAnswer } from './answer.js';
import { API_2010 } from './paths.js';
import { resourceNotFound, TwilioProblem } from './problem.js';
import type { Handler, RestContext, RestRouter, RouteMatch } from './router.js';
import { formatCsv, formatXml } from './xml.js';

/** A path of the 2010 API that asks for another format than JSON. */
interface OtherFormat {
  readonly type: 'application/xml' | 'text/csv';
  /** The path of the same resource as JSON. */
  readonly jsonPath: string;
}

/**
 * Finds the handler of a request, bound to the parameters in its path; undefined if there is no route. A path of the 2010
 * API ends in `.json`, or with `.xml` or no extension for XML, and lists also with `.csv`.
 */
export function findHandler(match: RestRouter['match'], method: string, path: string): Handler | undefined {
  // A route for files takes any extension, so that a resource in another format goes first.
  const named = /\.(?:xml|csv)$/.test(path) ? findOtherHandler(match, method, path) : undefined;
  if (named) return named;
  const route = match(method, path);
  return route ? (context) => run(route, context) : findOtherHandler(match, method, path);
}

function findOtherHandler(match: RestRouter['match'], method: string, path: string): Handler | undefined {
  const other = findOtherFormat(method, path);
  const jsonRoute = other && match(method, other.jsonPath);
  return jsonRoute && ((context) => answerAs(other, jsonRoute, context));
}

function run(
  { handle, params, parameters }: RouteMatch,
  context: RestContext,
): RestAnswer | Promise<RestAnswer> {
  context.params = params;
  context.parameters = parameters;
  return handle(context);
}

function findOtherFormat(method: string, path: string): OtherFormat | undefined {
  if (!path.startsWith(API_2010)) return undefined;
  // A list has a format of its own: a request that changes something must not fail after it has.
  const extensions = ['GET', 'HEAD'].includes(method) ? ['.xml', '.csv'] : ['.xml'];
  const extension = extensions.find((one) => path.endsWith(one)) ?? '';
  const resource = path.slice(0, path.length - extension.length);
  // `.json` has been looked up already, and there is no other format.
  if (/\.\w+$/.test(resource)) return undefined;
  return {
    type: extension === '.csv' ? 'text/csv' : 'application/xml',
    jsonPath: `${resource}.json`,
  };
}

async function answerAs(
  { type, jsonPath }: OtherFormat,
  route: RouteMatch,
  context: RestContext,
): Promise<RestAnswer> {
  const { path } = context;
  try {
    const answered = await run(route, { ...context, path: jsonPath });
    if (typeof answered.body !== 'string') return answered;
    const body = type === 'text/csv' ? formatCsv(answered.body) : formatXml(path, answered.body);
    if (body === undefined) throw resourceNotFound(path);
    return answerText(path, answered.status, type, body);
  } catch (error) {
    if (!(error instanceof TwilioProblem)) throw error;
    throw new TwilioProblem(error.status, error.code, error.message.replaceAll(jsonPath, path));
  }
}
