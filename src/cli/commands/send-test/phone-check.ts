// Does in the app what a user does with a new phone: asks for a code, enters it, takes a mask.
import { RelayPhoneError } from '../../../errors.js';
import type { ExplainedRefusal } from '../../../firefox-relay/explain-answer.js';
import type { RelayApi } from '../../../firefox-relay/relay-api.js';
import type { SendTestResults } from '../../../setup/create-report.js';
import { findDeliveryFault, followText, listCodeTexts, waitForCodeText } from '../../../setup/delivery.js';
import type { PhoneText, Setup } from '../../../setup/setup.js';
import { formatText } from '../../../setup/steps/verification-text.js';
import { findCode, isCode } from '../../../text-code.js';
import { takeMask } from './mask.js';

/** Which phone, and how far to go. */
export interface PhoneCheck {
  readonly number: string;
  readonly verify: boolean;
  readonly mask: boolean;
  /** The code of an earlier text, as `--code` gave it; undefined without one. */
  readonly code: string | undefined;
}

/** A text that no longer exists at Twilio was delivered: an app deletes it only then, as Relay does. */
const DELETED = { status: 'delivered', errorCode: undefined } as const;

/**
 * Goes as far as `check` says, or until something fails.
 *
 * @throws RelayPhoneError if the app refuses the number; what fails after that is in the findings.
 */
export async function checkPhone(setup: Setup, api: RelayApi, check: PhoneCheck): Promise<SendTestResults> {
  const findings: SendTestResults = {};
  const before = await listCodeTexts(setup, check.number);
  const sent = await api.sendCode(check.number);
  if (sent !== 'sent' && !check.verify) throw sent.error;
  try {
    if (sent === 'sent') await followAppText(setup, check.number, before, findings);
    if (check.verify) await verifyPhone(setup, api, { check, sent, before, findings });
    if (check.mask) findings.mask = await takeMask(setup, api, check.number);
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
  const delivery = await followText(setup, sid, DELETED);
  const shown = await setup.phones?.findText(to, sid);
  findings.text = { sid, from, to, ...delivery, shown };
  const fault = findDeliveryFault(findings.text, setup.command);
  if (fault) throw fault;
  setup.output.done(formatText(findings.text));
}

interface Verifying {
  readonly check: PhoneCheck;
  readonly sent: 'sent' | ExplainedRefusal;
  readonly before: readonly PhoneText[];
  readonly findings: SendTestResults;
}

async function verifyPhone(setup: Setup, api: RelayApi, verifying: Verifying): Promise<void> {
  const { check, sent, findings } = verifying;
  const { number } = check;
  if (sent !== 'sent' && sent.id === 'verified') {
    setup.output.done(`${number} is verified in the app already`);
    findings.verified = 'before';
    return;
  }
  const code = await obtainCode(setup, verifying);
  await api.verifyPhone(number, code);
  setup.output.done(`${number} is verified in the app`);
  findings.verified = 'now';
}

/** Reads the code from the phone or asks for it. A code from `--code` is of an earlier text: a new text makes it invalid. */
async function obtainCode(setup: Setup, { check, sent, before, findings }: Verifying): Promise<string> {
  const { number, code: given } = check;
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

/** Returns what is wrong with a code, as a clause; undefined for a valid one. */
export function findCodeFault(code: string): string | undefined {
  return isCode(code) ? undefined : 'a code has six digits';
}

function codeNeeded(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `verify ${number}`,
    reason: 'the code is on the phone, and this run cannot ask for it',
    tryNext: ['relay-phone send-test --verify --code NNNNNN, within five minutes of the text'],
  });
}
