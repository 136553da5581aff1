// Leads a phone through an app as its user would: a text with a code, the code, a mask.

import { RelayPhoneError } from '../../../errors.js';
import type { ExplainedRefusal } from '../../../firefox-relay/explain.js';
import type { RelayApi } from '../../../firefox-relay/relay-api.js';
import type { SendTestResults } from '../../../setup/create-report.js';
import {
  findCode,
  findDeliveryFault,
  followText,
  listCodeTexts,
  waitForCodeText,
} from '../../../setup/delivery.js';
import type { PhoneText, Setup } from '../../../setup/setup.js';
import { formatText } from '../../../setup/steps/verification-text.js';
import { takeMask } from './mask.js';

/** How far to go. */
export interface PhoneCheck {
  readonly number: string;
  readonly verify: boolean;
  readonly mask: boolean;
  /** The code of an earlier text, when somebody read it off the phone. */
  readonly code: string | undefined;
}

/** An app deletes a text at Twilio once it was delivered, as Relay does with forwards, and at no other time. */
const GONE = { status: 'delivered', errorCode: undefined } as const;

/**
 * Goes as far as was wished, or until something is wrong.
 *
 * @throws RelayPhoneError when the app does not take the number; what goes wrong after that is in the findings.
 */
export async function checkApp(setup: Setup, api: RelayApi, wish: PhoneCheck): Promise<SendTestResults> {
  const findings: SendTestResults = {};
  const before = await listCodeTexts(setup, wish.number);
  const sent = await api.sendCode(wish.number);
  if (sent !== 'sent' && !wish.verify) throw sent.error;
  try {
    if (sent === 'sent') await followAppText(setup, wish.number, before, findings);
    if (wish.verify) await verifyPhone(setup, api, { wish, sent, before, findings });
    if (wish.mask) findings.mask = await takeMask(setup, api, wish.number);
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    findings.error = error;
  }
  return findings;
}

async function followAppText(
  setup: Setup,
  to: string,
  before: readonly PhoneText[],
  findings: SendTestResults,
): Promise<void> {
  setup.output.done(`the app says that it texted ${to}`);
  const { sid, from } = await waitForCodeText(setup, to, before);
  const delivery = await followText(setup, sid, GONE);
  const shown = await setup.phones?.findText(to, sid);
  findings.text = { sid, from, to, ...delivery, shown };
  const fault = findDeliveryFault(findings.text, setup.command);
  if (fault) throw fault;
  setup.output.done(formatText(findings.text));
}

interface Verifying {
  readonly wish: PhoneCheck;
  readonly sent: 'sent' | ExplainedRefusal;
  readonly before: readonly PhoneText[];
  readonly findings: SendTestResults;
}

async function verifyPhone(setup: Setup, api: RelayApi, verifying: Verifying): Promise<void> {
  const { wish, sent, findings } = verifying;
  const { number } = wish;
  if (sent !== 'sent' && sent.id === 'verified') {
    setup.output.done(`${number} is verified in the app already`);
    findings.verified = 'before';
    return;
  }
  const code = await obtainCode(setup, verifying);
  await api.verify(number, code);
  setup.output.done(`${number} is verified in the app`);
  findings.verified = 'now';
}

/** A code that was given is for the text before; when the app has sent a new one, it has no use any more. */
async function obtainCode(setup: Setup, { wish, sent, before, findings }: Verifying): Promise<string> {
  const { number, code: given } = wish;
  const isNew = sent === 'sent';
  if (given !== undefined && !isNew) return given;
  if (given !== undefined) setup.output.warn(`${given} has expired: the app sent a new code`);
  const sid = isNew ? findings.text?.sid : before[0]?.sid;
  const shown = sid && (await setup.phones?.findText(number, sid));
  const read = shown && findCode(shown);
  if (read) return read;
  if (setup.prompts) return setup.prompts.text(`The code on ${number}`, findCodeFault);
  throw codeNeeded(number);
}

/** What is wrong with a code, as a clause; undefined for a good one. */
export function findCodeFault(code: string): string | undefined {
  return /^\d{6}$/.test(code) ? undefined : 'a code has six digits';
}

function codeNeeded(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `verify ${number}`,
    reason: 'the code is on the phone, and nobody was asked for it',
    tryNext: ['relay-phone send-test --verify --code NNNNNN, within five minutes of the text'],
  });
}
