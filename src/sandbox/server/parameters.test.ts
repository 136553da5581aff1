// Every parameter that Twilio documents is accounted for, and what the sandbox does not follow is named.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasDocuments, NO_DOCUMENTS } from '../../../test/support/openapi/documents.js';
import type { Operation } from '../../../test/support/openapi/operations.js';
import {
  createPopulatedSandbox,
  FORMS,
  fillIn,
  OWN,
  PHONE,
} from '../../../test/support/openapi/populated.js';
import { servedRoutes } from '../../../test/support/openapi/served.js';
import { createSandboxClient, fetchRaw } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';
import type { ParameterTable } from './parameters.js';

const require = createRequire(import.meta.url);

const HEADER = 'relay-phone-unsupported';

/** Parameters that the SDK has and the documents do not have yet. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  CreateCall: ['Passports', 'RecordingConfigurationId'],
  CreateMessage: ['FallbackFrom', 'MessageIntent'],
};

/** Returns the documented parameters of a form or, for other methods than POST, of a query. */
function documentedOf({ method, operationId, parameters = [], requestBody }: Operation): string[] {
  const [form] = Object.values(requestBody?.content ?? {});
  if (method === 'POST')
    return [...Object.keys(form?.schema.properties ?? {}), ...(NEWER[operationId] ?? [])];
  return parameters.filter((one) => one.in === 'query').map(({ name }) => name);
}

it('each operation has a table of exactly the parameters that Twilio documents [S F500]', ({ skip }) => {
  skip(!hasDocuments(), NO_DOCUMENTS);
  const tables = servedRoutes().flatMap(([{ parameters }, operation]) =>
    typeof operation === 'string'
      ? []
      : [[operation.operationId, Object.keys(parameters?.table ?? {}), documentedOf(operation)] as const],
  );
  const differing = tables.filter(
    ([, listed, documented]) => `${listed.toSorted()}` !== `${documented.toSorted()}`,
  );
  expect(differing).toEqual([]);
});

/** The SDK's files of resources of which the sandbox has every operation. */
const SDK_FILES = [
  ...['application', 'call', 'incomingPhoneNumber', 'key', 'message', 'message/feedback', 'message/media'],
  ...['newKey', 'outgoingCallerId', 'recording', 'validationRequest'],
].map((file) => `api/v2010/account/${file}`);
const MORE_SDK_FILES = [
  'lookups/v1/phoneNumber',
  'lookups/v2/phoneNumber',
  'messaging/v1/service',
  'monitor/v1/alert',
];

it.each([...SDK_FILES, ...MORE_SDK_FILES])('the tables have what the SDK can send: %s [T F506]', (file) => {
  const source = readFileSync(require.resolve(`twilio/lib/rest/${file}.js`), 'utf8');
  const sent = [...source.matchAll(/data\["([\w<>]+)"\] =/g)].map(([, name]) => name);
  const listed = new Set(servedRoutes().flatMap(([{ parameters }]) => Object.keys(parameters?.table ?? {})));
  expect(sent.filter((name) => !listed.has(name ?? ''))).toEqual([]);
});

/** A value for each parameter that the sandbox does not follow, and for those that make it count; all others take any. */
const VALUES: Readonly<Record<string, string>> = {
  AddressRetention: 'obfuscate',
  ContentRetention: 'discard',
  Fields: 'identity_match',
  MachineDetection: 'Enable',
  MmsConverter: 'false',
  ApiVersion: '2008-08-01',
  VoiceReceiveMode: 'fax',
};
const FLAGS =
  /^(AsyncAmd|IncludeSoftDeleted|PublicApplicationConnectEnabled|Record|SendAsMms|ShortenUrls|VoiceCallerIdLookup)$/;

/** The parameters with which the operation is refused, as if what they name did not exist. */
const REFUSED =
  /^(AddressSid|BundleSid|EmergencyAddressSid|IdentitySid|TrunkSid|ContentSid|ContentVariables)$/;

function sampleValue(name: string): string {
  return VALUES[name] ?? (FLAGS.test(name) ? 'true' : 'something');
}

/** A parameter, with those without which it has no effect. */
function sampleOf(table: ParameterTable, name: string): Record<string, string> {
  const { partOf } = table[name] ?? {};
  return { ...(partOf !== undefined && sampleOf(table, partOf)), [name]: sampleValue(name) };
}

/** The operations with parameters that the sandbox does not follow. */
const operations = hasDocuments()
  ? servedRoutes().flatMap(([{ parameters }, operation]) => {
      const table = parameters?.table ?? {};
      const names = Object.keys(table).filter(
        (name) => table[name]?.kind === 'not here' || table[name]?.missing,
      );
      if (typeof operation === 'string' || names.length === 0) return [];
      return [{ operation, table, names, operationId: operation.operationId }];
    })
  : [];

describe('what the sandbox does not follow of the parameters', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createPopulatedSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(({ skip }) => skip(!hasDocuments(), NO_DOCUMENTS));

  async function send({ method, operationId }: Operation, path: string, sent: Record<string, string>) {
    const parameters = new URLSearchParams({ ...(await findForm(operationId)), ...sent });
    const last = sandbox.events().at(-1)?.id ?? 0;
    const answer =
      method === 'POST'
        ? await fetchRaw(sandbox, path, { method, body: parameters })
        : await fetchRaw(sandbox, `${path}?${parameters}`);
    const lacks = sandbox.events({ kind: 'unsupported' }).filter(({ id }) => id > last);
    const names = answer.headers.get(HEADER)?.split(', ') ?? [];
    return { status: answer.status, names, lacks, text: await answer.text() };
  }

  /** Returns the form that an operation needs; a number can be bought only once. */
  async function findForm(operationId: string): Promise<Record<string, string>> {
    if (!operationId.startsWith('CreateIncomingPhoneNumber')) return { ...FORMS[operationId] };
    const country = operationId.endsWith('Mobile') ? 'AU' : 'US';
    const type = /(Mobile|TollFree)$/.exec(operationId)?.[0] ?? 'Local';
    const list = `/2010-04-01/Accounts/${sandbox.accountSid}/AvailablePhoneNumbers/${country}/${type}.json`;
    const found = (await (await fetchRaw(sandbox, `${list}?PageSize=1`)).json()) as {
      available_phone_numbers: { phone_number: string }[];
    };
    return { PhoneNumber: found.available_phone_numbers[0]?.phone_number ?? '' };
  }

  it.each(operations)('is named by header and event: $operationId', async ({ operation, names, table }) => {
    const path = await fillIn(sandbox, operation.path);
    for (const name of names) {
      const sent = sampleOf(table, name);
      const answered = await send(operation, path, sent);
      const wanted = Object.entries(sent).map(([one, value]) =>
        table[one]?.missing ? `${one}=${value}` : one,
      );
      const status = REFUSED.test(name) ? [400] : [200, 201];
      expect(answered, name).toMatchObject({
        status: expect.toBeOneOf(status),
        names: wanted.map((one) => expect.stringContaining(`${one} of ${operation.method} `)),
        lacks: answered.names.map((one) => ({
          what: 'parameter',
          name: one,
          host: expect.stringMatching(/\.twilio\.com$/),
        })),
      });
    }
  });

  it.each(operations)(
    'is not named if it is empty, asks for what happens anyway, or is a part of nothing: $operationId',
    async ({ operation, names, table }) => {
      const path = await fillIn(sandbox, operation.path);
      for (const name of names) {
        const { anyway = [], partOf } = table[name] ?? {};
        const alone = partOf === undefined ? [] : [sampleValue(name)];
        for (const value of ['', ...anyway, ...alone]) {
          const answered = await send(operation, path, { [name]: value });
          expect(answered, `${name}=${value}`).toMatchObject({ names: [], lacks: [] });
        }
      }
    },
  );
});

describe('parameters', () => {
  let sandbox: Sandbox;
  const call = { To: PHONE, From: OWN, Twiml: '<Response/>' };
  const text = { To: PHONE, From: OWN, Body: 'Hello' };

  async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
    sandbox = await createSandbox(options);
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: OWN });
  }

  afterEach(() => sandbox.close());

  function post(resource: string, form: Record<string, string> | [string, string][]) {
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/${resource}`;
    return fetchRaw(sandbox, path, { method: 'POST', body: new URLSearchParams(form) });
  }

  it('are named each, once, before the effects of the request', async () => {
    await open();
    const sent: [string, string][] = [
      ...Object.entries(call),
      ['Record', 'true'],
      ['CallReason', 'Hi'],
      ['CallReason', 'Ho'],
    ];
    const answer = await post('Calls.json', sent);
    expect(answer.status).toBe(201);
    expect(answer.headers.get(HEADER)).toBe('Record of POST Calls, CallReason of POST Calls');
    const kinds = sandbox.events().map(({ kind }) => kind);
    const first = kinds.lastIndexOf('request.in');
    expect(kinds.slice(first, first + 4)).toEqual([
      'request.in',
      'unsupported',
      'unsupported',
      'call.started',
    ]);
    expect(sandbox.trace('latest')?.sentence).toContain(
      'not in the sandbox: Record of POST Calls, CallReason',
    );
  });

  it('are named in XML, and in a refusal for another reason', async () => {
    await open();
    expect((await post('Calls', { ...call, Record: 'true' })).headers.get(HEADER)).toBe(
      'Record of POST Calls',
    );
    const refused = await post('Messages.json', {
      ...text,
      To: 'whatsapp:+12025550190',
      ShortenUrls: 'true',
    });
    expect(refused.headers.get(HEADER)).toBe('To=whatsapp:, ShortenUrls of POST Messages');
  });

  it('make the library reject with `unsupported: throw`', async () => {
    await open({ unsupported: 'throw' });
    const { status } = await post('Messages.json', { ...text, ShortenUrls: 'true' });
    expect(status).toBe(201);
    await expect(sandbox.phone(PHONE).nextText()).rejects.toThrow('ShortenUrls of POST Messages');
    await expect(sandbox.close()).rejects.toThrow('ShortenUrls of POST Messages');
    await open();
  });

  it('without effect at Twilio are accepted without a word', async () => {
    await open();
    const quiet = {
      Attempt: '2',
      ForceDelivery: 'true',
      MaxPrice: '0.5',
      ProvideFeedback: 'true',
      TrafficType: 'free',
    };
    const answer = await post('Messages.json', { ...text, ...quiet, RiskCheck: 'disable' });
    expect([answer.status, answer.headers.get(HEADER)]).toEqual([201, null]);
  });

  it.each([
    ['AddressRetention', 'hide', 30030],
    ['ContentRetention', 'keep', 30029],
    ['ContentSid', `HX${'0'.repeat(32)}`, 21655],
  ])('of a message are refused with the code of their page: %s=%s [S F501]', async (name, value, code) => {
    await open();
    const answer = await post('Messages.json', { ...text, [name]: value });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code })]);
  });

  it.each([
    ['Attempt', '0'],
    ['ForceDelivery', 'perhaps'],
    ['ProvideFeedback', '1'],
    ['RiskCheck', 'on'],
    ['TrafficType', 'paid'],
  ])('of a message are refused with an invalid value: %s=%s [U F502]', async (name, value) => {
    await open();
    const answer = await post('Messages.json', { ...text, [name]: value });
    expect(await answer.json()).toMatchObject({
      code: 20422,
      message: `Invalid Parameter ${name}: ${value}`,
    });
  });

  it.each(['AddressSid', 'BundleSid', 'EmergencyAddressSid', 'IdentitySid', 'TrunkSid'])(
    'of a number are refused if they name something that does not exist: %s [U F503]',
    async (name) => {
      await open();
      const [number] = await createSandboxClient(sandbox).incomingPhoneNumbers.list();
      const answer = await post(`IncomingPhoneNumbers/${number?.sid}.json`, {
        [name]: `AD${'0'.repeat(32)}`,
      });
      expect(await answer.json()).toMatchObject({ status: 400, code: 20422 });
      expect(answer.headers.get(HEADER)).toBe(`${name} of POST IncomingPhoneNumbers`);
    },
  );

  it('of a lookup are refused if they ask for a package or type that does not exist [U F504]', async () => {
    await open();
    for (const query of [
      '/v2/PhoneNumbers/+12025550190?Fields=caller_name,nonsense',
      '/v1/PhoneNumbers/+12025550190?Type=nonsense',
    ]) {
      const answer = await fetchRaw(sandbox, query);
      expect(await answer.json()).toMatchObject({
        status: 400,
        code: 20422,
        message: expect.stringMatching('nonsense$'),
      });
    }
  });

  it.each([
    ['closed', 21477],
    ['suspended', 21477],
    ['asleep', 21475],
  ])('of the account cannot make the main account %s [S F505]', async (Status, code) => {
    await open();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}.json`;
    const answer = await fetchRaw(sandbox, path, { method: 'POST', body: new URLSearchParams({ Status }) });
    expect(await answer.json()).toMatchObject({ code, status: 400 });
    expect((await fetchRaw(sandbox, path, { method: 'POST', body: 'Status=active' })).status).toBe(200);
  });
});
