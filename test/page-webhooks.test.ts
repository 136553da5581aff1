// The page in Chromium: webhooks that fail, why they do, and webhooks that are edited and sent again.
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from './support/deadline.js';
import {
  CONTACT,
  findPhone,
  MASK,
  type PageLab,
  SHOWN_CONTACT,
  typeText,
  usePageLab,
} from './support/page-lab.js';
import { type AppAnswer, twiml } from './support/webhook-app.js';

const openLab = usePageLab();
let lab: PageLab;
beforeEach(async () => {
  lab = await openLab();
});

/** Sends a text, waits for its end, and opens the webhook about it. */
async function openWebhook(): Promise<Page> {
  const { sandbox, openTab } = lab;
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  const [exchange] = sandbox.exchanges({ direction: 'webhook' });
  return openTab(`/webhooks/${exchange?.id}`);
}

describe('a webhook', () => {
  it('that the app answers with 500 fails in the thread, the trace and the inspector, which shows the answer', async () => {
    lab.app.answer(() => ({ status: 500, type: 'text/plain', body: 'Number Is Out Of Seconds.' }));
    const tab = await lab.openTab('/phones');
    await typeText(tab, SHOWN_CONTACT, 'Hello');
    const sent = findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent.failed', { hasText: 'Hello' });
    await sent.getByRole('link', { name: 'why?' }).click();
    const detail = tab.getByRole('complementary', { name: 'The selected event' });
    await detail.getByRole('link', { name: 'Twilio’s page about 11217' }).waitFor();
    await detail.getByRole('link', { name: 'The whole webhook, its signature, replay' }).click();
    // The live region has the words too.
    await tab.locator('.answer-line', { hasText: 'Answered 500' }).waitFor();
    await tab.getByText('Number Is Out Of Seconds.').last().waitFor();
    await tab.getByText('✓ Signature valid').waitFor();
    await tab.getByRole('tab', { name: 'Request' }).click();
    await tab.locator('dl.fields').getByText(CONTACT).first().waitFor();
  });

  it('whose connection the app drops has no answer, and says so', async () => {
    lab.app.answer(() => 'drop');
    const tab = await openWebhook();
    await tab.getByText('No answer: the app').waitFor();
    await tab.getByText('No body').waitFor();
  });

  it('that is not kept any more says so, and leads to those that are', async () => {
    const tab = await lab.openTab('/webhooks/99999');
    await tab.getByRole('heading', { name: 'This one is not kept any more' }).waitFor();
    await tab.getByRole('link', { name: '← Webhooks' }).click();
    await tab.getByText('No webhook yet').waitFor();
  });

  it('that the app never answers is shown as begun, while the page stays usable', async () => {
    lab.app.answer(() => 'hang');
    const tab = await lab.openTab('/phones');
    await typeText(tab, SHOWN_CONTACT, 'Hello');
    await tab.getByRole('link', { name: 'Timeline' }).click();
    await tab
      .getByRole('row')
      .filter({ hasText: `${lab.app.origin}/sms` })
      .first() // After 15 s, a second row says that no answer came.
      .waitFor();
    await expect.poll(() => lab.app.calls).toHaveLength(1);
    await tab.getByRole('link', { name: 'Phones' }).click();
    await findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent', { hasText: 'Hello' }).waitFor();
  });

  it('that is answered with broken TwiML leads from the thread to what is wrong with it', async () => {
    lab.app.answer(() => twiml('<Response><Message>Hi</Response>'));
    const tab = await lab.openTab('/phones');
    await typeText(tab, SHOWN_CONTACT, 'Hello');
    const sent = findPhone(tab, SHOWN_CONTACT).locator('.bubble.sent.failed', { hasText: 'Hello' });
    await sent.getByRole('link', { name: 'why?' }).click();
    const detail = tab.getByRole('complementary', { name: 'The selected event' });
    await detail.getByRole('link', { name: 'Twilio’s page about 12100' }).waitFor();
  });

  it('that is answered with an attribute that Twilio does not have has the line marked, with the reason', async () => {
    lab.app.answer(() => twiml('<Response>\n<Message colour="red">Hi</Message>\n</Response>'));
    const tab = await openWebhook();
    await tab.locator('mark', { hasText: 'colour' }).waitFor();
    await tab.getByText('← Schema validation: <Message> has no attribute colour (12200)').waitFor();
    await tab.getByText('Answered 200, but something is wrong in its TwiML').waitFor();
  });

  it.each([
    ['done', twiml('<Response><Message>Hi</Message></Response>')],
    ['with a warning', twiml('<Response><Message colour="red">Hi</Message></Response>')],
    ['failed', twiml('<Response><Message to="+1555">Hi</Message></Response>')],
    ['failed', twiml('<Response><Message>Hi</Response>')],
    ['failed', { status: 500 }],
  ])('has the sign "%s" in the list and in its details: %o', async (sign, answer) => {
    lab.app.answer(() => answer);
    const tab = await openWebhook();
    const detail = tab.getByRole('heading', { level: 1 });
    await detail.locator('.outcome').getByText(sign).waitFor({ state: 'attached' });
    await tab.getByRole('link', { name: '← Webhooks' }).click();
    const row = tab.getByRole('row').filter({ hasText: '/sms' });
    await row.locator('.outcome').getByText(sign).waitFor({ state: 'attached' });
    await tab.getByRole('button', { name: 'Failures' }).click();
    await expect.poll(() => row.count()).toBe(sign === 'failed' ? 1 : 0);
  });

  it('whose TwiML has an error in no certain line names it', async () => {
    lab.app.answer(() => twiml('<Response><Message to="+1555">Hi</Message></Response>'));
    const tab = await openWebhook();
    await tab.locator('.message .fault-note').getByText('(14101)').waitFor();
  });

  it('that is sent again with a broken signature shows that it is wrong, and what the app answered', async () => {
    lab.app.answer((called) => (called.signed ? twiml('<Response/>') : { status: 403 }));
    const tab = await openWebhook();
    await tab.getByText('✓ Signature valid for').waitFor();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    await tab.getByLabel('break the signature').check();
    await tab.getByRole('button', { name: 'Send again' }).click();
    await tab.getByRole('link', { name: /^kept as no\. \d+$/ }).click();
    await tab.getByText('Bad signature:').waitFor();
    await tab.locator('.answer-line', { hasText: 'Answered 403' }).waitFor();
  });
});

describe('a replay', () => {
  const checkSignature = ({
    signed,
    form,
  }: {
    signed: boolean;
    form: Readonly<Record<string, string>>;
  }): AppAnswer => {
    if (!signed) return { status: 403, type: 'text/plain', body: 'The signature is wrong.' };
    return form.Body === 'fixed'
      ? twiml('<Response/>')
      : { status: 400, type: 'text/plain', body: 'Not fixed.' };
  };

  it('that is edited and signed anew is accepted, and the difference of the answers is shown', async () => {
    lab.app.answer(checkSignature);
    const tab = await openWebhook();
    await tab.locator('.answer-line', { hasText: 'Answered 400' }).waitFor();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    await tab.getByLabel('Body', { exact: true }).fill('fixed');
    await tab.getByRole('button', { name: 'Leave NumMedia out' }).click();
    await tab.getByRole('button', { name: 'Send again' }).click();
    const result = tab
      .getByRole('region', { name: 'Result of the replay' })
      .filter({ hasText: 'Answered 200' });
    await result.getByText('(before: 400)').waitFor();
    await result.getByText('The body differs').waitFor();
    const [, replayed] = lab.app.calls;
    expect(replayed).toMatchObject({ signed: true, form: { Body: 'fixed', From: CONTACT } });
    expect(replayed?.form).not.toHaveProperty('NumMedia');
    await result.getByRole('link', { name: /^kept as no\./ }).click();
    await tab.getByRole('link', { name: /^no\. \d+$/ }).waitFor();
    await tab.getByText('✓ Signature valid').waitFor();
  });

  it.each([
    ['leave the signature out', 'No signature:'],
    ['break the signature', 'Bad signature:'],
  ])('in which somebody chose "%s" shows the refusal of the app', async (choice, verdict) => {
    lab.app.answer(checkSignature);
    const tab = await openWebhook();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    await tab.getByLabel(choice).check();
    await tab.getByRole('button', { name: 'Send again' }).click();
    const result = tab
      .getByRole('region', { name: 'Result of the replay' })
      .filter({ hasText: 'Answered 403' });
    await result.getByText('The signature is wrong.', { exact: true }).waitFor();
    await result.getByRole('link', { name: /^kept as no\./ }).click();
    await tab.getByText(verdict).waitFor();
  });

  it('to another path is signed for that path', async () => {
    const tab = await openWebhook();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    await tab.getByLabel('Path').fill('/other?a=b%20c&d=%2F');
    await tab.getByRole('button', { name: 'Send again' }).click();
    await tab
      .getByRole('region', { name: 'Result of the replay' })
      .filter({ hasText: 'Answered 200' })
      .waitFor();
    expect(lab.app.calls.at(-1)).toMatchObject({ signed: true, path: '/other?a=b%20c&d=%2F' });
  });

  it('that is refused by the sandbox says why, and can be corrected', async () => {
    const tab = await openWebhook();
    await tab.getByRole('tab', { name: 'Replay' }).click();
    await tab.getByLabel('Path').fill('http://example.com/');
    await tab.getByRole('button', { name: 'Send again' }).click();
    await tab.getByRole('alert').waitFor();
    await tab.getByLabel('Path').fill('/sms');
    await tab.getByRole('button', { name: 'Send again' }).click();
    await tab
      .getByRole('region', { name: 'Result of the replay' })
      .filter({ hasText: 'Answered 200' })
      .waitFor();
    await tab.getByRole('alert').waitFor({ state: 'detached' });
  });
});

it('requests of the app are listed with their answers, and one leads to its trace', async () => {
  const { sandbox, openTab } = lab;
  const { traceId } = await sandbox.text({ from: CONTACT, to: MASK, body: 'Hello' });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  const tab = await openTab('/webhooks');
  await tab.getByRole('tab', { name: 'Requests of your app' }).click();
  await tab.getByRole('link', { name: 'Messages.json' }).click();
  await tab.locator('.answer-line', { hasText: 'Answered 201' }).waitFor();
  await tab.getByText('"status": "queued"').waitFor();
  await tab.getByRole('link', { name: 'its trace' }).click();
  await tab.getByRole('tree').waitFor();
  expect(new URL(tab.url()).pathname.startsWith(`/t/${traceId}/e/`)).toBe(true);
});
