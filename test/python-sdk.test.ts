// Twilio's Python SDK, unmodified, against the sandbox: the calls that Relay makes and other common ones.
import { beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../src/sandbox/create.js';
import { DEADLINE } from './support/deadline.js';
import { findPython, NO_PYTHON } from './support/find-python.js';
import { type RunPython, startPython } from './support/python.js';
import { createSandboxClient, waitForStatus } from './support/sandbox-client.js';
import { VECTORS } from './support/signature-vectors.js';
import { startApp, twiml } from './support/webhook-app.js';

const OWN = '+12025550100';
const PHONE = '+12025550190';

const program = findPython();
let sandbox: Sandbox;
let python: RunPython;

beforeEach(async ({ skip, onTestFinished }) => {
  if (program === undefined) return skip(NO_PYTHON);
  sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  python = startPython(program, sandbox);
});

const buy = () => createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: OWN });

describe('texts from the Python SDK', () => {
  beforeEach(() => buy());

  const send = (body: string) =>
    python(`return client.messages.create(to="${PHONE}", from_="${OWN}", body="${body}").sid`);

  it('are sent, and parsed into the types of the SDK [T F285]', async () => {
    const code = `
      sent = client.messages.create(to="${PHONE}", from_="${OWN}", body="[Relay 📲 +13015550001] Hi")
      return [sent.sid, sent.status, sent.num_segments, sent.direction, sent.error_code,
              sent.date_created.tzinfo is not None, sent.date_sent]`;
    const [sid, ...rest] = (await python(code)) as string[];
    expect(rest).toEqual(['queued', '1', 'outbound-api', null, true, null]);
    await waitForStatus(createSandboxClient(sandbox), String(sid), 'delivered');
    const fetched = `
      fetched = client.messages("${sid}").fetch()
      return [fetched.status, fetched.price, fetched.date_sent is not None]`;
    expect(await python(fetched)).toEqual(['delivered', '-0.00830', true]);
  });

  it('are listed in pages, up to a limit, and by filters [T F286]', async () => {
    for (let index = 0; index < 5; index += 1) await send(`text ${index}`);
    const code = `
      bodies = lambda rows: [int(row.body[-1]) for row in rows]
      page = client.messages.page(page_size=2)
      return [
        bodies(client.messages.list(page_size=2)),
        bodies(client.messages.list(limit=3)),
        bodies(client.messages.stream(limit=4, page_size=3)),
        bodies(page.next_page()),
        bodies(client.messages.list(to="${PHONE}", from_="${OWN}", page_size=1)),
        bodies(client.messages.list(from_="${PHONE}")),
      ]`;
    const all = [4, 3, 2, 1, 0];
    expect(await python(code)).toEqual([all, [4, 3, 2], [4, 3, 2, 1], [2, 1], all, []]);
  });

  it('are redacted and deleted [T F287]', async () => {
    const sid = await send('secret');
    await waitForStatus(createSandboxClient(sandbox), String(sid), 'delivered');
    expect(await python(`return client.messages("${sid}").update(body="").body`)).toBe('');
    expect(await python(`return client.messages("${sid}").delete()`)).toBe(true);
    const path = `/Accounts/${sandbox.accountSid}/Messages/${sid}.json`;
    await expect(python(`client.messages("${sid}").fetch()`)).rejects.toEqual({
      type: 'TwilioRestException',
      status: 404,
      code: 20404,
      method: 'GET',
      uri: path,
      message: '404',
      msg: `Unable to fetch record: The requested resource /2010-04-01${path} was not found`,
    });
  });

  it('raise the exceptions that Relay catches when they are refused [T F288]', async () => {
    const code = `client.messages.create(to="+1", from_="${OWN}", body="Hi")`;
    await expect(python(code)).rejects.toMatchObject({
      type: 'TwilioRestException',
      status: 400,
      code: 21211,
      method: 'POST',
      msg: "Unable to create record: The 'To' number +1 is not a valid phone number.",
    });
  });

  it('cannot be listed with the wrong token [T F289]', async () => {
    const code = 'create_client(token="wrong").messages.list()';
    await expect(python(code)).rejects.toMatchObject({
      type: 'TwilioException',
      message: 'Unable to fetch page',
    });
    const fetching = python('create_client(token="wrong").messages("SM").fetch()');
    await expect(fetching).rejects.toMatchObject({ type: 'TwilioRestException', status: 401, code: 20003 });
  });
});

describe('numbers from the Python SDK', () => {
  it('are searched as by Relay, bought with its TwiML app, and sold only once [T F290]', async () => {
    const code = `
      found = client.available_phone_numbers("US").local.list(contains="+1202555****", limit=10)
      app = client.applications.create(friendly_name="Relay", sms_status_callback="https://example.com/s")
      bought = client.incoming_phone_numbers.create(
        phone_number=found[0].phone_number, sms_application_sid=app.sid, voice_application_sid=app.sid)
      return [len(found), found[0].iso_country, bought.phone_number == found[0].phone_number,
              bought.sms_application_sid == app.sid, bought.capabilities["sms"],
              client.applications(app.sid).fetch().sms_status_callback, bought.phone_number]`;
    const [number, ...rest] = ((await python(code)) as string[]).reverse();
    expect(rest.reverse()).toEqual([10, 'US', true, true, true, 'https://example.com/s']);
    const again = python(`client.incoming_phone_numbers.create(phone_number="${number}")`);
    await expect(again).rejects.toMatchObject({ status: 400, code: 21422 });
  });

  it.each(['+1202555****', '+120255***42', '+12025******', '+1***5550142', '+1202*******'])(
    'match the pattern %s of a search by Relay [U F291]',
    async (pattern) => {
      const search = `client.available_phone_numbers("US").local.list(contains="${pattern}", limit=10)`;
      const found = (await python(`return [row.phone_number for row in ${search}]`)) as string[];
      const fitting = new RegExp(`^${pattern.replace('+', '\\+').replaceAll('*', '\\d')}$`);
      expect(found).not.toEqual([]);
      expect(found.filter((number) => !fitting.test(number))).toEqual([]);
    },
  );

  it('are added to a Messaging Service only once [R F292]', async () => {
    const { sid } = await buy();
    const code = `
      service = client.messaging.v1.services.create(friendly_name="Relay")
      numbers = client.messaging.v1.services(service.sid).phone_numbers
      if numbers.create(phone_number_sid="${sid}").phone_number != "${OWN}":
        return "another number"
      numbers.create(phone_number_sid="${sid}")`;
    await expect(python(code)).rejects.toMatchObject({ status: 409, code: 21710 });
  });

  it('are looked up as by Relay [T F293]', async () => {
    const code = `
      details = client.lookups.v1.phone_numbers("${PHONE}").fetch(type=["carrier"])
      return [details.country_code, details.phone_number, details.national_format, details.carrier["type"]]`;
    expect(await python(code)).toEqual(['US', PHONE, '(202) 555-0190', 'mobile']);
    await expect(python('client.lookups.v1.phone_numbers("+1").fetch()')).rejects.toMatchObject({
      status: 404,
      code: 20404,
      msg: 'Unable to fetch record: The requested resource /PhoneNumbers/+1 was not found',
    });
  });
});

describe('calls from the Python SDK', () => {
  beforeEach(() => buy());

  it('are placed as by Relay, read, and deleted after their end [T F294]', async () => {
    const ended = sandbox.nextEvent((event) => event.kind === 'call.status' && event.status === 'completed', {
      timeout: DEADLINE,
    });
    const code = `
      call = client.calls.create(to="${PHONE}", from_="${OWN}",
                                 twiml="<Response><Say>Dialing (212) 555-0191 ...</Say></Response>")
      return [call.sid, call.status, call.direction, call.duration]`;
    const [sid, ...rest] = (await python(code)) as string[];
    expect(rest).toEqual(['queued', 'outbound-api', null]);
    await ended;
    const read = `
      call = client.calls("${sid}").fetch()
      listed = [row.sid for row in client.calls.list(to="${PHONE}", status="completed", page_size=1)]
      return [call.status, call.duration, call.price, call.start_time is not None, listed,
              client.calls("${sid}").delete()]`;
    const [{ answeredAt, endedAt } = {}] = sandbox.phone(PHONE).calls();
    const seconds = Math.round((Date.parse(endedAt ?? '') - Date.parse(answeredAt ?? '')) / 1000);
    const duration = String(Math.max(1, seconds));
    expect(await python(read)).toEqual(['completed', duration, '-0.01400', true, [sid], true]);
    await expect(python(`client.calls("${sid}").delete()`)).rejects.toMatchObject({
      status: 404,
      code: 20404,
    });
  });

  it('return the status and errors that Relay sees when they are ended or refused [T F295]', async () => {
    sandbox.phone(PHONE).behave({ calls: 'no-answer' });
    const rings = sandbox.phone(PHONE).nextCall({ timeout: DEADLINE });
    const place = `client.calls.create(to="${PHONE}", from_="${OWN}", url="http://127.0.0.1:1/").sid`;
    const sid = await python(`return ${place}`);
    await rings;
    await expect(python(`client.calls("${sid}").delete()`)).rejects.toMatchObject({ code: 20009 });
    expect(await python(`return client.calls("${sid}").update(status="canceled").status`)).toBe('canceled');
    const foreign = place.replace(OWN, '+12025550101');
    await expect(python(foreign)).rejects.toMatchObject({ status: 400, code: 21210 });
  });
});

describe("the Python SDK's validator", () => {
  const validate = (token: string, url: string, parameters: unknown, signature: string) =>
    python(`
      class Form(dict):
        def getlist(self, name):
          return self[name]
      form = ${JSON.stringify(parameters)}
      return RequestValidator(${JSON.stringify(token)}).validate(
        ${JSON.stringify(url)}, form if isinstance(form, str) else Form(form), ${JSON.stringify(signature)})`);

  it('accepts the webhook of a text only for its own URL [T F296]', async ({ onTestFinished }) => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(() => app.close());
    app.answer(() => twiml('<Response/>'));
    const { sid } = await buy();
    const smsUrl = `${app.origin}/api/v1/inbound_sms?a=1`;
    await createSandboxClient(sandbox).incomingPhoneNumbers(sid).update({ smsUrl });
    await sandbox.phone(PHONE).text(OWN, 'Hello 📲 & goodbye');
    const [called] = app.calls;
    const form = Object.entries(called?.form ?? {}).map(([name, value]) => [name, [value]]);
    const signature = String(called?.headers['x-twilio-signature']);
    const check = (url: string) => validate(sandbox.authToken, url, Object.fromEntries(form), signature);
    expect(await check(smsUrl)).toBe(true);
    expect(await check(`${smsUrl}1`)).toBe(false);
  });

  it('accepts the webhooks of a call [T F297]', async ({ onTestFinished }) => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(() => app.close());
    const { sid } = await buy();
    const [voiceUrl, statusCallback] = [
      `${app.origin}/api/v1/inbound_call`,
      `${app.origin}/api/v1/voice_status`,
    ];
    await createSandboxClient(sandbox).incomingPhoneNumbers(sid).update({ voiceUrl, statusCallback });
    const told = sandbox.nextEvent(
      (event) => event.kind === 'webhook.sent' && event.purpose === 'call-status',
      { timeout: DEADLINE },
    );
    await sandbox.phone(PHONE).call(OWN).ended;
    await told;
    for (const { path, form, headers } of app.calls) {
      const parameters = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, [value]]));
      const signature = String(headers['x-twilio-signature']);
      const verdict = await validate(sandbox.authToken, app.origin + path, parameters, signature);
      expect([path, verdict]).toEqual([path, true]);
    }
    expect(app.calls).toHaveLength(2);
  });

  it('accepts each known signature and rejects an altered one [T F298]', async () => {
    for (const { name, token, url, form, body, signature } of VECTORS) {
      expect([name, await validate(token, url, body ?? form, signature)]).toEqual([name, true]);
      expect([name, await validate(token, url, body ?? form, `x${signature.slice(1)}`)]).toEqual([
        name,
        false,
      ]);
    }
  });
});
