// Follows every link of every resource: it leads to what the sandbox has, or to an answer that says what it lacks.
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { hasDocuments, NO_DOCUMENTS } from '../../../test/support/openapi/documents.js';
import { allOperations } from '../../../test/support/openapi/operations.js';
import { createPopulatedSandbox, fillIn } from '../../../test/support/openapi/populated.js';
import { servedRoutes } from '../../../test/support/openapi/served.js';
import { fetchRaw } from '../../../test/support/sandbox-client.js';
import type { Sandbox } from '../create.js';

/** The names of the fields that hold links. */
const LINKS = ['subresource_uris', 'links'];

beforeEach(({ skip }) => skip(!hasDocuments(), NO_DOCUMENTS));

async function open(): Promise<Sandbox> {
  const sandbox = await createPopulatedSandbox();
  onTestFinished(sandbox.close);
  return sandbox;
}

/** Returns the links anywhere in a JSON value, each with their names. */
function findLinks(value: unknown): Record<string, string>[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    LINKS.includes(name) && inner !== null ? [inner as Record<string, string>] : findLinks(inner),
  );
}

/** Returns the links of all that can be fetched and listed. */
async function readLinks(
  sandbox: Sandbox,
): Promise<{ operationId: string; links: Record<string, string> }[]> {
  const operations = servedRoutes().flatMap(([, operation]) =>
    typeof operation !== 'string' && operation.method === 'GET' ? [operation] : [],
  );
  const found = operations.map(async ({ path, operationId }) => {
    const answer = await fetchRaw(sandbox, await fillIn(sandbox, path));
    return findLinks(await answer.json()).map((links) => ({ operationId, links }));
  });
  return (await Promise.all(found)).flat();
}

it('a resource has the links that Twilio shows [S F510]', async () => {
  const documented = new Map(
    allOperations().map(({ operationId, responses }) => {
      const examples = Object.values(responses['200']?.content ?? {}).flatMap(findLinks);
      return [operationId, new Set(examples.map((links) => Object.keys(links).toSorted().join()))];
    }),
  );
  for (const { operationId, links } of await readLinks(await open())) {
    // The links of a country are the types of numbers that it has.
    if (operationId.endsWith('AvailablePhoneNumberCountry')) continue;
    const shown = documented.get(operationId) ?? new Set();
    expect(shown, operationId).toContain(Object.keys(links).toSorted().join());
  }
});

it('a link leads to something that is here, or to an answer that says what is not', async () => {
  const sandbox = await open();
  const links = new Set((await readLinks(sandbox)).flatMap((one) => Object.values(one.links)));
  const named: string[] = [];
  for (const link of links) {
    const answer = await fetchRaw(sandbox, link.replace(/^https:\/\/[^/]+/, ''));
    const lack = answer.headers.get('relay-phone-unsupported');
    if (lack !== null) named.push(lack);
    // Feedback can only be created.
    const isHere = answer.ok || (answer.status === 405 && link.endsWith('/Feedback.json'));
    expect([link, isHere || (answer.status === 404 && lack !== null)]).toEqual([link, true]);
  }
  expect(new Set(named)).toMatchInlineSnapshot(`
    Set {
      "GET Addresses",
      "GET AuthorizedConnectApps",
      "GET Conferences",
      "GET ConnectApps",
      "GET Notifications",
      "GET Queues",
      "GET SMS/ShortCodes",
      "GET SigningKeys",
      "GET SIP",
      "GET Transcriptions",
      "GET Usage",
      "GET Calls/Events",
      "GET Calls/Notifications",
      "GET Calls/Payments",
      "GET Calls/Siprec",
      "GET Calls/Streams",
      "GET Calls/Transcriptions",
      "GET Calls/UserDefinedMessageSubscriptions",
      "GET Calls/UserDefinedMessages",
      "GET Recordings/AddOnResults",
      "GET Recordings/Transcriptions",
      "GET v1/Services/ShortCodes",
      "GET v1/Services/AlphaSenders",
      "GET v1/Services/Messages",
      "GET v1/Services/Compliance/Usa2p/Usecases",
      "GET v1/Services/ChannelSenders",
      "GET v1/Services/DestinationAlphaSenders",
    }
  `);
});
