// The real Firefox Relay, unchanged and offline, from a fresh checkout to texts and calls: see docs/relay.md.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textReportSchema } from '../../src/reports.js';
import { findBrowser, NO_BROWSER, openBrowser } from '../support/browser.js';
import { DEADLINE } from '../support/deadline.js';
import { openFolderPage } from '../support/folder-page.js';
import { startPhone } from '../support/phone-process.js';
import { findRealCheckout, NO_CHECKOUT, type RealCheckout } from '../support/real-checkout.js';
import { photograph } from '../support/relay-checkout.js';
import { CONTACT, createRelayProof, OTHER, OWNER, type RelayProof } from '../support/relay-proof.js';
import { startSandbox } from '../support/sandbox-child.js';

const found = findRealCheckout();
/** Whether the translations of Relay, a submodule, exist: without them a reply that cannot be sent causes an error. */
const hasTexts = found !== undefined && existsSync(join(found.path, 'privaterelay/locales/en'));
/** A North American number as the page writes it. */
const spaced = (number: string) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3');
const STORY = join(import.meta.dirname, '../../templates/stories/masking.yaml');
/** A one-pixel image. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

describe('an unmodified Relay in a fresh checkout:', () => {
  const real = found ?? ({} as RealCheckout);
  let proof: RelayProof;
  let sources: ReadonlyMap<string, string>;
  let mask = '';
  const lastText = async (phone: string) => (await proof.texts(phone)).at(-1);
  const text = (from: string, ...words: readonly string[]) => proof.type('text', '--from', from, ...words);
  const readMask = async () => ((await proof.ask('GET', 'relaynumber/')) as [Record<string, number>])[0];

  beforeAll(async () => {
    if (found === undefined) return;
    proof = await createRelayProof(real);
    sources = photograph(proof.workspace.path);
  });
  beforeEach(({ skip }) => skip(found === undefined, NO_CHECKOUT));
  afterAll(() => proof?.end());

  it('init --sandbox writes .env', async () => {
    const { code, stdout } = await proof.type('init', '--sandbox', '--yes', '--public-url', proof.origin);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('checkout prepare') });
  });

  it('checkout prepare creates a user with phones, once', async () => {
    const args = [
      'checkout',
      'prepare',
      '--yes',
      '--trust-checkout',
      '--multi-replies',
      '--python',
      real.python,
    ];
    const first = await proof.type(...args);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/flag free_phones switched on/) });
    const again = await proof.workspace.run(args);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed') });
    const status = await proof.type('checkout', 'status', '--python', real.python);
    expect(status.code).toBe(hasTexts ? 0 : 3);
    expect(status.stdout.match(/^ {4}! /gm) ?? []).toHaveLength(hasTexts ? 0 : 1);
  });

  it('exec runs it, and send-test gets a mask from it', async () => {
    await proof.startRelay();
    const { code, stdout } = await proof.type(
      'send-test',
      '--verify',
      '--mask',
      '--yes',
      '--app',
      proof.origin,
    );
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is verified in the app'),
    });
    mask = /(\+\d+) is the mask of/.exec(stdout)?.[1] ?? '';
    expect(await readMask()).toMatchObject({ number: mask, remaining_texts: 75, remaining_minutes: 50 });
  });

  it('sandbox phones prints the code that the owner got', async () => {
    const texts = await proof.texts(OWNER);
    const body = texts.findLast((one) => one.body.includes('verification code'))?.body ?? '';
    const { stdout } = await proof.type('sandbox', 'phones', OWNER, '--code');
    expect(body).toContain(`verification code is ${stdout.trim()}`);
  });

  it('doctor finds no problem', async () => {
    const { code, stdout } = await proof.type(
      'doctor',
      '--app',
      proof.origin,
      '--python',
      real.python,
      '--verbose',
    );
    expect(stdout).toContain('✓ app-signature: accepts what Twilio signed, and nothing else');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('0 with faults') });
  });

  it('the welcome text has the vCard of the mask, fetched from Relay', async () => {
    const [card] = (await lastText(OWNER))?.media ?? [];
    expect(card?.contentType).toBe('text/x-vcard');
    expect(await (await fetch(card?.url ?? '')).text()).toContain(mask);
  });

  it('the text of a contact is forwarded without its picture', async () => {
    const { stdout } = await proof.type('text', 'Hello, is the bike still there?');
    expect(stdout).toContain(`From ${CONTACT} (a contact) to ${mask} (the only mask).\n`);
    expect(stdout).toContain('inbound_sms → 201, accepted');
    expect(await lastText(OWNER)).toMatchObject({
      from: mask,
      body: `[Relay 📲 ${CONTACT}] Hello, is the bike still there?`,
    });
    expect((await text(OTHER, '--media', PICTURE, 'Look at this')).stdout).toContain('201, accepted');
    expect(await lastText(OWNER)).toMatchObject({ body: `[Relay 📲 ${OTHER}] Look at this`, media: [] });
  });

  it.each([
    ['to the last sender', OTHER, 'Nice picture', 'Nice picture'],
    ['with the last four digits', CONTACT, '0195: Yes, it is', 'Yes, it is'],
    ['with the whole number', OTHER, `${OTHER} Where was that?`, 'Where was that?'],
  ])('a reply of the owner is sent %s', async (_how, to, reply, body) => {
    expect((await text(OWNER, reply)).stdout).toContain('inbound_sms → 200, accepted');
    expect(await lastText(to)).toMatchObject({ from: mask, to, body });
  });

  it('the owner gets a text about a failed reply', async ({ skip }) => {
    skip(!hasTexts, 'this Relay has no texts for wrong replies yet');
    expect((await text(OWNER, '9999: Hello?')).stdout).toContain('inbound_sms → 200, accepted');
    const { body = '' } = (await lastText(OWNER)) ?? {};
    expect(body).toMatch(/9999/);
  });

  it('a call is connected and its duration counted', async () => {
    const { stdout } = await proof.type('call');
    expect(stdout).toContain(`${OWNER} rings: ${CONTACT}`);
    expect(stdout).toContain('voice_status → 200, accepted');
    expect(await readMask()).toMatchObject({ calls_forwarded: 1, remaining_minutes: 49 });
  });

  it('texts and calls are deleted at Twilio', async () => {
    const requests = (await proof.requests()).join('\n');
    expect(requests).toMatch(/^DELETE \/Messages\/SM\w+\.json 204$/m);
    expect(requests).toMatch(/^DELETE \/Calls\/CA\w+\.json 204$/m);
    const { texts_forwarded } = (await readMask()) ?? {};
    expect(texts_forwarded).toBe(5);
  });

  it('the text of a contact is one trace from phone to phone, each event after its cause', async () => {
    const { stdout } = await text(CONTACT, 'Is it blue?', '--json');
    const { hops, sentence } = textReportSchema.parse(JSON.parse(stdout));
    const nameOf = new Map(hops.map((event) => [event.id, nameEvent(event)]));
    for (const { id, cause } of hops) expect(cause === null || cause < id).toBe(true);
    // What the app does and what the phones do may happen in either order.
    const steps = hops.map(({ id, cause }) => `${nameOf.get(cause ?? 0) ?? ''} → ${nameOf.get(id)}`);
    expect(steps.toSorted()).toEqual(
      [
        ' → phone.texts',
        'phone.texts → text.received',
        'text.received → webhook inbound-text',
        'webhook inbound-text → POST Messages 201',
        'POST Messages 201 → text.queued',
        'text.queued → text sending',
        'text.queued → text sent',
        'text.queued → text.reached-phone',
        // The owner sees the number of the contact, as Relay means it.
        'text.reached-phone → exposure',
        'text.queued → text delivered',
        'webhook inbound-text → answer 201',
        'answer 201 → twiml.run',
        'text sent → webhook text-status',
        'webhook text-status → answer 200',
        'text delivered → webhook text-status',
        'webhook text-status → DELETE Messages 204',
        'webhook text-status → answer 200',
      ].toSorted(),
    );
    expect(sentence.replace(/ in [\d.]+ m?s;/, ';')).toBe(
      `${CONTACT}'s text reached ${OWNER}; 3 webhooks, 2 REST requests; ${OWNER} saw the number of ${CONTACT}.`,
    );
    const exchanged = hops.filter(({ kind }) => /^(webhook|request)\./.test(kind));
    expect(exchanged.map((event) => typeof event.exchangeId)).toEqual(Array(8).fill('number'));
  });

  it('two people by hand: a contact and the owner text and call each other through the mask', async () => {
    const [owner, contact] = [
      await startPhone(proof.workspace, OWNER),
      await startPhone(proof.workspace, CONTACT),
    ];
    contact.type('May I see it today?');
    await owner.waitFor(`${mask}: [Relay 📲 ${CONTACT}] May I see it today?`);
    owner.type('0195: Just call me');
    await contact.waitFor(`${mask}: Just call me`);
    contact.type('/call');
    await owner.waitFor(`${CONTACT} is calling: /answer or /decline`);
    owner.type('/answer');
    await owner.waitFor('answered');
    contact.type('/say I am at the door');
    await owner.waitFor('heard: I am at the door');
    owner.type('/hangup');
    await contact.waitFor('the call is over');
    expect(await Promise.all([owner.end(), contact.end()])).toEqual([0, 0]);
    expect(contact.output()).not.toContain(OWNER);
  });

  it('two phones on the page text each other through the mask, and the trace has both legs', async ({
    skip,
  }) => {
    const program = findBrowser();
    if (program === undefined) return skip(NO_BROWSER);
    const page = await openFolderPage(proof.workspace);
    const tab = await openBrowser(program);
    tab.setDefaultTimeout(DEADLINE);
    await tab.goto(page.createAddress(`/phones?n=${encodeURIComponent(`${OWNER},${CONTACT}`)}`));
    const findPhone = (number: string) => tab.getByRole('article', { name: `Phone ${spaced(number)}` });
    const type = async (number: string, body: string) => {
      const phone = findPhone(number);
      await phone.locator('.with select').selectOption(mask);
      const composer = phone.getByRole('textbox', { name: `Text to ${spaced(mask)}` });
      await composer.fill(body);
      await composer.press('Enter');
    };
    await type(CONTACT, 'I write on the page');
    await findPhone(OWNER).locator('.bubble.received', { hasText: 'I write on the page' }).waitFor();
    await type(OWNER, '0195: So do I');
    await findPhone(CONTACT).locator('.bubble.received', { hasText: 'So do I' }).waitFor();
    await findPhone(OWNER)
      .locator('.bubble.sent', { hasText: 'So do I' })
      .getByRole('link', { name: 'why?' })
      .click();
    const sentence = tab.getByRole('heading', { level: 1 });
    await sentence.getByText(`${OWNER}'s text reached ${CONTACT}`).waitFor();
    await sentence.getByText("nobody saw another phone's number").waitFor();
    for (const step of ['phone texts', 'app asked', 'phone has it']) {
      await tab.getByRole('treeitem').filter({ hasText: step }).first().waitFor();
    }
  });

  it('a blocked contact cannot text or call', async () => {
    const contacts = (await proof.ask('GET', 'inboundcontact/')) as { id: number; inbound_number: string }[];
    const { id } = contacts.find(({ inbound_number }) => inbound_number === OTHER) ?? { id: 0 };
    expect(await proof.ask('PATCH', `inboundcontact/${id}/`, { blocked: true })).toMatchObject({
      blocked: true,
    });
    const before = await proof.texts(OWNER);
    expect((await text(OTHER, 'Are you there?')).stdout).toMatch(/inbound_sms → 400/);
    expect((await proof.type('call', '--from', OTHER, '--to', mask)).stdout).toMatch(/inbound_call → 400/);
    expect(await proof.texts(OWNER)).toEqual(before);
    expect(await readMask()).toMatchObject({ texts_blocked: 1, calls_blocked: 1 });
  });

  it('a contact or owner who texted STOP gets no more texts', async () => {
    await text(CONTACT, 'STOP');
    const before = await proof.texts(CONTACT);
    await text(OWNER, '0195: One more thing');
    expect(await proof.texts(CONTACT)).toEqual(before);
    await text(CONTACT, 'START');
    await text(OWNER, '0195: Welcome back');
    expect(await lastText(CONTACT)).toMatchObject({ body: 'Welcome back' });
    await text(OWNER, 'STOP');
    const owned = await proof.texts(OWNER);
    expect((await text(CONTACT, 'Thanks')).stdout).toContain('201, accepted');
    expect(await proof.texts(OWNER)).toEqual(owned);
    expect(await readMask()).toMatchObject({ texts_blocked: 2 });
  });

  it('no phone saw the real number', async () => {
    const { code, stdout } = await proof.type('sandbox', 'leaks', '--number', OWNER);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${OWNER} was shown to no phone.\n` });
  });

  it('play passes with the story of a mask in our templates', async () => {
    await text(OWNER, 'START');
    const { code, stdout } = await proof.type('play', STORY, '--app', proof.origin);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`owner ${OWNER}, Ann +1`) });
  });

  it('text and doctor find it if it was not started through exec, and the line that they advise heals it', async () => {
    await proof.stopRelay();
    await startSandbox(proof.workspace, '--port', '0');
    await proof.startRelayBare();
    const lost = await text(CONTACT, 'Anybody there?');
    expect(lost).toMatchObject({
      code: 6,
      stdout: expect.stringMatching(
        /reached nobody, because the app answered 500.*has never asked this Twilio/s,
      ),
    });
    const look = () => proof.type('doctor', '--app', proof.origin, '--python', real.python);
    const blind = await look();
    expect(blind).toMatchObject({
      code: 6,
      stdout: expect.stringMatching(/app-blind: .*was not started through relay-phone exec/),
    });
    const [, line = ''] =
      /start it so: relay-phone (exec .*manage\.py runserver .*)/.exec(blind.stdout) ?? [];
    await proof.stopRelay();
    await proof.startRelay(line.split(' '));
    expect((await text(CONTACT, 'And now?')).stdout).toMatch(/reached \+12025550190/);
    expect((await look()).code).toBe(0);
    await proof.stopRelay();
  });

  it('no file of it has changed', async () => {
    await proof.stopRelay();
    const after = photograph(proof.workspace.path);
    for (const [path, content] of sources) expect([path, after.get(path)]).toEqual([path, content]);
  });
});

function nameEvent(event: Readonly<Record<string, unknown>>): string {
  const { kind, purpose, method, path, status } = event;
  if (kind === 'webhook.began') return `webhook ${purpose}`;
  if (kind === 'webhook.sent') return `answer ${status}`;
  if (kind === 'request.in')
    return `${method} ${String(path).replace(/^.*?(Messages|Calls).*$/, '$1')} ${status}`;
  return kind === 'text.status' ? `text ${status}` : String(kind);
}
