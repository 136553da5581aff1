// A request that Twilio would refuse: what it answers then, as JSON or XML.

/** The address of an error's page, but for its code. */
export const MORE_INFO = 'https://www.twilio.com/docs/errors/';

/**
 * Thrown wherever a request turns out to be wrong, and answered in one place (`app.ts`).
 * Follows https://www.twilio.com/docs/usage/twilios-response.
 */
export class TwilioProblem extends Error {
  override readonly name = 'TwilioProblem';

  /**
   * @param status the HTTP status
   * @param code Twilio's error code
   */
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** The 404 for a path (without host and query) that names nothing. */
export function resourceNotFound(path: string): TwilioProblem {
  const shown = path.replace(/^\/v\d+(?=\/)/, '');
  return new TwilioProblem(404, 20404, `The requested resource ${shown} was not found`);
}

/** The 400 for a parameter whose value makes no sense and that has no code of its own. */
export function invalidParameter(name: string, value: string): TwilioProblem {
  return new TwilioProblem(400, 20422, `Invalid Parameter ${name}: ${value}`);
}

/** The 400 for a parameter that a request cannot do without and that has no code of its own. */
export function missingParameter(name: string): TwilioProblem {
  return new TwilioProblem(400, 20001, `Missing required parameter ${name} in the post body`);
}

/** What to answer for anything thrown: a problem as it is, and a bug of ours as Twilio's 500. */
export function toProblem(error: unknown): TwilioProblem {
  if (error instanceof TwilioProblem) return error;
  return new TwilioProblem(500, 20500, `Internal Server Error: ${error}`);
}

/** The JSON body of a refusal. */
export function formatErrorBody(problem: TwilioProblem) {
  return {
    code: problem.code,
    message: problem.message,
    more_info: MORE_INFO + problem.code,
    status: problem.status,
  };
}

/** The XML body of a refusal, which the 2010 API gives to paths without `.json`. */
export function formatProblemXml(problem: TwilioProblem): string {
  const { code, message, status } = problem;
  return `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><RestException><Code>${code}</Code><Message>${escapeXml(
    message,
  )}</Message><MoreInfo>${MORE_INFO}${code}</MoreInfo><Status>${status}</Status></RestException></TwilioResponse>`;
}

const XML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** XML has no way to write control characters: they are left out. */
function escapeXml(text: string): string {
  return text.replace(/[&<>]|\p{Cc}/gu, (character) => XML_ENTITIES[character] ?? '');
}
