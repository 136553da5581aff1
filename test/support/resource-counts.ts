// Counts the resources that must never exist twice, and the requests that create them.
import type { Sandbox } from '../../src/sandbox/sandbox.js';

/** The numbers and TwiML apps of an account of the sandbox, and the texts that its phones received. */
export interface ResourceCounts {
  readonly numbers: number;
  readonly apps: number;
  readonly texts: number;
}

/** Counts them over the REST API of the sandbox. */
export async function countResources({
  origin,
  accountSid,
  authToken,
  ...sandbox
}: Sandbox): Promise<ResourceCounts> {
  const headers = { Authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` };
  const list = async (noun: string, key: string): Promise<number> => {
    const answer = await fetch(`${origin}/2010-04-01/Accounts/${accountSid}/${noun}.json?PageSize=1000`, {
      headers,
    });
    const body = (await answer.json()) as Record<string, unknown[]>;
    return body[key]?.length ?? Number.NaN;
  };
  const texts = sandbox.phones().reduce((sum, { number }) => sum + sandbox.phone(number).texts().length, 0);
  return {
    numbers: await list('IncomingPhoneNumbers', 'incoming_phone_numbers'),
    apps: await list('Applications', 'applications'),
    texts,
  };
}

/** Returns the number of answered requests. Repeated polls of a text count once, because their number varies. */
export function countRequests(sandbox: Sandbox): number {
  const requests = sandbox.requests().map(({ method, path }) => `${method} ${path}`);
  return requests.filter((request, index) => request !== requests[index - 1]).length;
}
