// Asks the 2010 API for XML and CSV, as clients do that leave out `.json`.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient, fetchRaw, waitForStatus } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

const FROM = '+12025550100';
const TO = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let root: string;

beforeEach(async () => {
  sandbox = await createSandbox();
  onTestFinished(sandbox.close);
  client = createSandboxClient(sandbox);
  root = `/2010-04-01/Accounts/${sandbox.accountSid}`;
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
});

async function ask(resource: string, form?: Record<string, string>, method = form ? 'POST' : 'GET') {
  const body = form && new URLSearchParams(form);
  const answer = await fetchRaw(sandbox, root + resource, { method, ...(body && { body }) });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

/** The document without its declaration. */
const documentOf = (body: string) => body.replace(/^<\?xml version='1.0' encoding='UTF-8'\?>\n/, '');

describe('XML', () => {
  it.each(['', '.xml'])('answers a POST to Messages%s [S F359]', async (extension) => {
    const form = { From: FROM, To: TO, Body: 'a < b & "c"\nd\u0001 📲' };
    const { status, type, body } = await ask(`/Messages${extension}`, form);
    expect([status, type]).toEqual([201, 'application/xml']);
    const [{ sid, dateCreated } = { sid: '', dateCreated: new Date(0) }] = await client.messages.list();
    const uri = `${root}/Messages/${sid}`;
    const date = dateCreated.toUTCString().replace('GMT', '+0000');
    expect(documentOf(body)).toBe(
      `<TwilioResponse><Message><AccountSid>${sandbox.accountSid}</AccountSid><ApiVersion>2010-04-01</ApiVersion>` +
        `<Body>a &lt; b &amp; &quot;c&quot;\nd 📲</Body><DateCreated>${date}</DateCreated><DateSent/>` +
        `<DateUpdated>${date}</DateUpdated><Direction>outbound-api</Direction><ErrorCode/><ErrorMessage/>` +
        `<From>${FROM}</From><MessagingServiceSid/><NumMedia>0</NumMedia><NumSegments>1</NumSegments><Price/>` +
        `<PriceUnit>USD</PriceUnit><Sid>${sid}</Sid><Status>queued</Status>` +
        `<SubresourceUris><Media>${uri}/Media</Media></SubresourceUris><To>${TO}</To><Uri>${uri}</Uri>` +
        '</Message></TwilioResponse>',
    );
    const fetched = await ask(`/Messages/${sid}${extension}`);
    expect(documentOf(fetched.body)).toMatch(/^<TwilioResponse><Message>.*<\/Message><\/TwilioResponse>$/s);
    await waitForStatus(client, sid, 'delivered');
    expect((await ask(`/Messages/${sid}${extension}`, undefined, 'DELETE')).status).toBe(204);
  });

  it('lists the rows of a page, which is in the attributes [S F360]', async () => {
    for (const body of ['one', 'two']) await client.messages.create({ from: FROM, to: TO, body });
    const [second] = await client.messages.list();
    const { status, body } = await ask(`/Messages?PageSize=1&To=${encodeURIComponent(TO)}`);
    const query = `To=${encodeURIComponent(TO)}&amp;PageSize=1`;
    expect([status, documentOf(body)]).toEqual([
      200,
      expect.stringMatching(
        /^<TwilioResponse><Messages [^>]+><Message>.*<\/Message><\/Messages><\/TwilioResponse>$/,
      ),
    ]);
    expect(
      Object.fromEntries(
        [...(/<Messages ([^>]+)>/.exec(body)?.[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(
          ([, name, value]) => [name, value],
        ),
      ),
    ).toEqual({
      page: '0',
      pagesize: '1',
      start: '0',
      end: '0',
      uri: `${root}/Messages?${query}&amp;Page=0`,
      firstpageuri: `${root}/Messages?${query}&amp;Page=0`,
      nextpageuri: `${root}/Messages?${query}&amp;Page=1&amp;PageToken=PA${second?.sid}`,
      previouspageuri: '',
    });
    expect(body.match(/<Message>/g)).toHaveLength(1);
  });

  it.each([
    ['', 'Account'],
    ['/Balance', 'Balance'],
    ['/Calls', 'Calls'],
    ['/IncomingPhoneNumbers', 'IncomingPhoneNumbers'],
    ['/IncomingPhoneNumbers/Local', 'IncomingPhoneNumbers'],
    ['/AvailablePhoneNumbers', 'Countries'],
    ['/AvailablePhoneNumbers/us', 'Country'],
    ['/AvailablePhoneNumbers/US/Local', 'AvailablePhoneNumbers'],
    ['/Applications', 'Applications'],
    ['/OutgoingCallerIds', 'OutgoingCallerIds'],
    ['/Recordings', 'Recordings'],
    ['/Keys', 'Keys'],
  ])('is the answer of the path %s, in the element %s [S F361]', async (path, element) => {
    const { status, type, body } = await ask(path);
    expect([status, type]).toEqual([200, 'application/xml']);
    expect(documentOf(body)).toMatch(new RegExp(`^<TwilioResponse><${element}[ >]`));
    expect(body).not.toContain('.json');
  });

  it('is the answer of purchases and caller ids [S F362]', async () => {
    expect((await ask('/IncomingPhoneNumbers/Local', { PhoneNumber: '+12125550100' })).body).toContain(
      '<TwilioResponse><IncomingPhoneNumber>',
    );
    expect((await ask('/OutgoingCallerIds', { PhoneNumber: TO })).body).toContain(
      '<TwilioResponse><ValidationRequest>',
    );
  });

  it('is the answer to a refused request [R F363]', async () => {
    const refused = await ask('/Messages', { From: FROM, Body: 'x' });
    expect([refused.status, refused.type, documentOf(refused.body)]).toEqual([
      400,
      'application/xml',
      "<TwilioResponse><RestException><Code>21604</Code><Message>A 'To' phone number is required.</Message>" +
        '<MoreInfo>https://www.twilio.com/docs/errors/21604</MoreInfo><Status>400</Status></RestException></TwilioResponse>',
    ]);
    for (const path of ['/Messages/SM1', '/Nothing', '/Messages/SM1.xml']) {
      const { status, body } = await ask(path);
      expect([status, body]).toEqual([
        404,
        expect.stringContaining(`${root}${path} was not found</Message>`),
      ]);
    }
    expect((await ask('/Messages.html')).status).toBe(404);
    expect((await ask('/Messages.json.xml')).status).toBe(404);
    expect((await ask('/Balance', {})).status).toBe(405);
  });

  it('is not the answer of files [S F364]', async () => {
    const mediaUrl = ['data:,'];
    await expect(client.messages.create({ from: FROM, to: TO, mediaUrl })).rejects.toThrow();
    const picture = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
    const { messageSid } = await sandbox.phone(TO).text(FROM, 'Look', { mediaUrls: [picture] });
    const [media] = await client.messages(messageSid ?? '').media.list();
    const path = `/Messages/${messageSid}/Media`;
    expect((await ask(`${path}/${media?.sid}`)).type).not.toContain('xml');
    expect((await ask(path)).body).toMatch(/<MediaList [^>]+><Media><AccountSid>/);
  });

  it('needs the same credentials as JSON', async () => {
    expect((await fetch(`${sandbox.origin}${root}/Messages`)).status).toBe(401);
    const { sid, secret } = await client.newKeys.create();
    const authorization = `Basic ${btoa(`${sid}:${secret}`)}`;
    for (const path of ['', '.xml', '.csv', '/Keys', '/Keys.xml']) {
      const { status } = await fetch(`${sandbox.origin}${root}${path}`, { headers: { authorization } });
      expect([path, status]).toEqual([path, 401]);
    }
    expect((await fetch(`${sandbox.origin}${root}/Messages`, { headers: { authorization } })).status).toBe(
      200,
    );
  });
});

describe('CSV', () => {
  it('lists rows below the names of the fields [S F365]', async () => {
    await client.messages.create({ from: FROM, to: TO, body: 'say "hi",\nthen go' });
    const { status, type, body } = await ask('/Messages.csv');
    expect([status, type]).toEqual([200, 'text/csv']);
    const [header, ...rows] = body.split('\r\n');
    expect(header).toBe(
      'AccountSid,ApiVersion,Body,DateCreated,DateSent,DateUpdated,Direction,ErrorCode,ErrorMessage,From,' +
        'MessagingServiceSid,NumMedia,NumSegments,Price,PriceUnit,Sid,Status,To,Uri',
    );
    expect(rows[0]).toContain(`${sandbox.accountSid},2010-04-01,"say ""hi"",\nthen go","`);
    expect(rows).toHaveLength(2);
  });

  it('is only for lists, and has no effect on anything else [U F366]', async () => {
    expect((await ask('/Balance.csv')).status).toBe(404);
    expect(await ask('/Calls.csv')).toMatchObject({ status: 200, body: '' });
    const { length } = await client.messages.list();
    const message = { From: FROM, To: TO, Body: 'Hello' };
    expect((await ask('/Messages.csv', message)).status).toBe(405);
    expect(await client.messages.list()).toHaveLength(length);
  });
});
