// Calls every operation of the sandbox and compares each answer with Twilio's OpenAPI documents.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasDocuments, NO_DOCUMENTS } from '../../../test/support/openapi/documents.js';
import type { Operation } from '../../../test/support/openapi/operations.js';
import { createPopulatedSandbox, FORMS, fillIn } from '../../../test/support/openapi/populated.js';
import { servedOperations } from '../../../test/support/openapi/served.js';
import { fetchRaw } from '../../../test/support/sandbox-client.js';
import type { Sandbox } from '../create.js';

let sandbox: Sandbox;

beforeEach(async ({ skip }) => {
  skip(!hasDocuments(), NO_DOCUMENTS);
  sandbox = await createPopulatedSandbox();
});
afterEach(() => sandbox?.close());

/** Deletions come last, those of parts first. */
function inOrder(one: Operation, other: Operation): number {
  const rank = ({ method, path }: Operation) => (method === 'DELETE' ? 100 - path.length : -1000);
  return rank(one) - rank(other);
}

/** Returns the mismatch, or undefined. */
async function attempt({ method, operationId }: Operation, path: string): Promise<string | undefined> {
  const form =
    operationId === 'CreatePhoneNumber' ? { PhoneNumberSid: await findLoose() } : FORMS[operationId];
  const body = method === 'POST' ? { body: new URLSearchParams(form) } : {};
  const answer = await fetchRaw(sandbox, path, { method, ...body });
  return answer.ok ? undefined : `${operationId} gave ${answer.status}: ${await answer.text()}`;
}

/** Returns the SID of the number bought last. */
function findLoose(): Promise<string> {
  const list = `/2010-04-01/Accounts/${sandbox.accountSid}/IncomingPhoneNumbers/{Sid}`;
  return fillIn(sandbox, list).then((path) => path.slice(path.lastIndexOf('/') + 1));
}

describe('the sandbox', () => {
  it('has only operations that Twilio documents [S F185]', () => {
    const undescribed = servedOperations().filter((operation) => typeof operation === 'string');
    expect(undescribed).toEqual([
      'GET /2010-04-01/Accounts/{}/Messages/{}/Media/{}',
      // The file that a Media resource redirects to.
      'GET /media/{}/{}/{}',
      'GET /2010-04-01/Accounts/{}/Recordings/{}',
    ]);
  });

  it('answers each operation as Twilio documents it [S F186]', async () => {
    const operations = servedOperations().filter((operation) => typeof operation !== 'string');
    // Before the operations change the sandbox.
    const paths = await Promise.all(operations.map(({ path }) => fillIn(sandbox, path)));
    const pathOf = new Map(operations.map((operation, index) => [operation, paths[index] ?? '']));
    const faults: (string | undefined)[] = [];
    for (const operation of operations.toSorted(inOrder)) {
      faults.push(await attempt(operation, pathOf.get(operation) ?? ''));
    }
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });
});
