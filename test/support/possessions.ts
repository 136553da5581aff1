// Counts what must never be there twice, and the requests that make it.
import type { Sandbox } from '../../src/sandbox/sandbox.js';

/** What an account of the sandbox owns, and how many texts its phones received. */
export interface Possessions {
  readonly numbers: number;
  readonly apps: number;
  readonly texts: number;
}

/** Asks the sandbox over HTTP, as anybody would. */
export async function countPossessions({
  origin,
  accountSid,
  authToken,
  ...sandbox
}: Sandbox): Promise<Possessions> {
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

/** How many requests were answered; looking again and again at a text on its way counts once, for it may vary. */
export function countRequests(sandbox: Sandbox): number {
  const requests = sandbox.requests().map(({ method, path }) => `${method} ${path}`);
  return requests.filter((request, index) => request !== requests[index - 1]).length;
}
