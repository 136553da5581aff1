// Twilio's errors: the exception for a refused request, and its JSON.
import { explainMachineFault } from '../../machine-fault.js';
import { describeUnsupported, type Unsupported } from '../platform/events/unsupported.js';
import { findOtherChannel } from '../platform/phone-number.js';

/** The URL of an error's page is this and the code. */
export const MORE_INFO = 'https://www.twilio.com/docs/errors/';

/**
 * Thrown to refuse a request; listener.ts turns it into the answer.
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
    /** What the sandbox lacks; undefined if Twilio would refuse the request too. */
    readonly unsupported?: Unsupported,
  ) {
    super(message);
  }
}

/** Creates the 404 for a path (without query) that names no resource. */
export function resourceNotFound(path: string): TwilioProblem {
  const shown = path.replace(/^\/v\d+(?=\/)/, '');
  return new TwilioProblem(404, 20404, `The requested resource ${shown} was not found`);
}

/** Creates the 404 for what Twilio has and the sandbox lacks: of the same form, so that clients understand it. */
export function notInSandbox(path: string, unsupported: Unsupported): TwilioProblem {
  const { status, code, message } = resourceNotFound(path);
  return new TwilioProblem(status, code, `${message}: ${describeUnsupported(unsupported)}`, unsupported);
}

/**
 * Creates the 400 for an address that is not valid, or that is of a channel which the sandbox lacks; then it says so.
 *
 * @param code of an address that is not valid
 * @param name of the parameter, such as `To`
 */
export function invalidAddress(code: number, name: string, address: string, message: string): TwilioProblem {
  const channel = findOtherChannel(address);
  if (channel === undefined) return new TwilioProblem(400, code, message);
  const unsupported = { what: 'parameter', name: `${name}=${channel}:…`, host: 'api.twilio.com' } as const;
  return new TwilioProblem(400, code, describeUnsupported(unsupported), unsupported);
}

/** Creates the 400 for an invalid parameter that has no error code of its own. */
export function invalidParameter(name: string, value: string): TwilioProblem {
  return new TwilioProblem(400, 20422, `Invalid Parameter ${name}: ${value}`);
}

/** Creates the 400 for a missing parameter that has no error code of its own. */
export function missingParameter(name: string): TwilioProblem {
  return new TwilioProblem(400, 20001, `Missing required parameter ${name} in the post body`);
}

/** Returns a TwilioProblem as it is, a 507 for a fault of the machine, and Twilio's 500 for any other error. */
export function toProblem(error: unknown): TwilioProblem {
  if (error instanceof TwilioProblem) return error;
  const fault = explainMachineFault(error);
  if (fault) return new TwilioProblem(507, 20500, `the sandbox could not ${fault.task}: ${fault.reason}`);
  return new TwilioProblem(500, 20500, `Internal Server Error: ${error}`);
}

/** Formats the JSON body of an error. */
export function formatErrorBody(problem: TwilioProblem) {
  return {
    code: problem.code,
    message: problem.message,
    more_info: MORE_INFO + problem.code,
    status: problem.status,
  };
}
