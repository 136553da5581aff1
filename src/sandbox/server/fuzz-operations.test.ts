// Fuzzes every operation with requests generated from Twilio's OpenAPI documents.
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { verifyAnswer } from '../../../test/support/openapi/check.js';
import { hasDocuments, NO_DOCUMENTS } from '../../../test/support/openapi/documents.js';
import { type HostileRequest, hostileRequests } from '../../../test/support/openapi/hostile.js';
import { createPopulatedSandbox, fillIn } from '../../../test/support/openapi/populated.js';
import { servedOperations } from '../../../test/support/openapi/served.js';
import { countRuns } from '../../../test/support/runs.js';
import type { Sandbox } from '../create.js';

/** Each round starts with a new sandbox, because the requests delete things. */
const ROUNDS = countRuns(10);
const RUNS = 400;
/** The requests of the first round are always the same, so that no status below is left to chance. */
const FIRST_SEED = 1;

beforeEach(({ skip }) => skip(!hasDocuments(), NO_DOCUMENTS));

function send(sandbox: Sandbox, agent: Agent, hostile: HostileRequest): Promise<[number, string]> {
  const { method, target, body, authentic } = hostile;
  const headers = { ...hostile.headers, 'Content-Length': body.length };
  const { port, accountSid, authToken } = sandbox;
  const auth = authentic ? `${accountSid}:${authToken}` : 'AC:x';
  const address = { host: '127.0.0.1', port, path: target, auth };
  return new Promise((resolve, reject) => {
    const sent = request({ ...address, method, headers, agent, timeout: DEADLINE }, (answer) => {
      text(answer).then((said) => resolve([answer.statusCode ?? 0, said]), reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}

async function requestsTo(sandbox: Sandbox): Promise<fc.Arbitrary<HostileRequest>> {
  const operations = servedOperations().filter((operation) => typeof operation !== 'string');
  const each = operations.map(async (operation) =>
    hostileRequests(operation, await fillIn(sandbox, operation.path)),
  );
  return fc.oneof(...(await Promise.all(each)));
}

async function fuzz(seen: Set<number>, seed?: number): Promise<void> {
  const sandbox = await createPopulatedSandbox();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const property = fc.asyncProperty(await requestsTo(sandbox), async (hostile) => {
      const [status, body] = await send(sandbox, agent, hostile);
      seen.add(status);
      expect(status).toBeLessThan(500);
      // Node.js itself refuses a request head of more than 16 KB.
      if (status === 431) return;
      verifyAnswer({ method: hostile.method, url: hostile.target, status, body });
    });
    // The thrown error names the seed to repeat the run.
    await fc.assert(property, { numRuns: RUNS, ...(seed !== undefined && { seed }) });
  } finally {
    agent.destroy();
    await sandbox.close();
  }
}

describe('a request generated from the documents', () => {
  it('gets an answer as documented, and never a 5xx', async () => {
    const seen = new Set<number>();
    for (let round = 0; round < ROUNDS; round += 1) await fuzz(seen, round === 0 ? FIRST_SEED : undefined);
    expect([...seen]).toEqual(expect.arrayContaining([200, 201, 204, 400, 401, 404, 405]));
  });
});
