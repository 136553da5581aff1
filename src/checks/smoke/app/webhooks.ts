// Checks how the app verifies signatures: of two callbacks without any effect, and of a text and a call to an unknown mask.
import type { HttpAnswer } from '../../../http/send.js';
import { type CheckFinding, passUnless } from '../../check.js';
import {
  type CallbackReaction,
  classifyAnswer,
  createTestCallbacks,
  type TestCallback,
} from '../../test-callbacks.js';
import type { AnySmokeCheck } from '../smoke-context.js';
import { createAppCheck, SIGNATURE_KINDS, type SignatureKind, sendWithSignature } from './app-under-test.js';

type CallbackFinding = 'refuses-signed' | 'takes-anything' | 'absent' | 'fails';

/** Of nobody: an app looks at the signature. */
export const UNKNOWN_ACCOUNT = `AC${'0'.repeat(32)}`;

const EXPECTATIONS: Readonly<Record<SignatureKind, string>> = {
  signed: 'signed as Twilio does: taken',
  unsigned: 'without a signature: refused',
  wrong: 'with the signature of something else: refused',
  foreign: 'signed with the token of another account: refused',
};

/** `sms_status` and `voice_status`, each under every seal. */
export const CALLBACK_CHECKS: readonly AnySmokeCheck[] = createTestCallbacks({
  accountSid: UNKNOWN_ACCOUNT,
  app: undefined,
}).flatMap((callback) => SIGNATURE_KINDS.map((seal) => createCheckOf(callback, seal)));

function createCheckOf(callback: TestCallback, seal: SignatureKind): AnySmokeCheck {
  const name = lastSegment(callback);
  return createAppCheck<CallbackFinding>({
    id: `${name.replace('_', '-')}-${seal}`,
    checks: `${name} ${EXPECTATIONS[seal]}`,
    needs: ['signing-token', 'app-up'],
    findings: {
      'refuses-signed': { severity: 'fault', why: 'No text and no call of Twilio gets through.' },
      'takes-anything': {
        severity: 'fault',
        why: 'Anybody who knows the address can send texts in the name of others.',
      },
      absent: { severity: 'fault', why: 'Webhooks come to something that does not know them.' },
      fails: { severity: 'fault', why: 'What Twilio sends is lost: it is not tried again.' },
    },
    run: async (app) => {
      const answer = await sendWithSignature(app, callback, seal);
      const reply = classifyAnswer(answer);
      const what = `it answers ${answer.status} to ${name} ${EXPECTATIONS[seal].replace(/:.*/, '')}`;
      return passUnless(`${reply} (${answer.status})`, [findCallbackFault(reply, seal, what)]);
    },
  });
}

/** The last part of its path. */
export function lastSegment({ path }: TestCallback): string {
  return path.split('/').at(-1) ?? path;
}

function findCallbackFault(
  reply: CallbackReaction,
  seal: SignatureKind,
  what: string,
): CheckFinding<CallbackFinding> | undefined {
  const wanted: CallbackReaction = seal === 'signed' ? 'taken' : 'refused';
  if (reply === wanted) return undefined;
  if (reply === 'absent' || reply === 'failed')
    return { id: reply === 'absent' ? 'absent' : 'fails', what, tryNext: WRONG_APP };
  return reply === 'taken'
    ? { id: 'takes-anything', what, tryNext: [VALIDATION] }
    : { id: 'refuses-signed', what, tryNext: OTHER_TOKEN };
}

const VALIDATION = 'check X-Twilio-Signature: https://www.twilio.com/docs/usage/security#validating-requests';
const OTHER_TOKEN = [
  'the same TWILIO_AUTH_TOKEN for the app and for smoke',
  '--public-url URL, with the address that the app takes for its own',
  'relay-phone doctor, which finds out what the app takes',
];
const WRONG_APP = ['PHONES_ENABLED=True, for Firefox Relay', 'look at what the app prints', '--app URL'];

type InboundFinding = 'answers-alike' | 'takes-unsigned' | 'absent' | 'fails';

/** Nobody can have it for a mask: Twilio sells it to nobody, not even to test credentials. */
const MASK = '+15005550001';
const CONTACT = '+12025550190';

const COMMON = { AccountSid: UNKNOWN_ACCOUNT, ApiVersion: '2010-04-01', From: CONTACT, To: MASK };

const INBOUND: readonly TestCallback[] = [
  {
    path: '/api/v1/inbound_sms',
    form: {
      ...COMMON,
      MessageSid: UNKNOWN_ACCOUNT.replace('AC', 'SM'),
      SmsSid: UNKNOWN_ACCOUNT.replace('AC', 'SM'),
      SmsStatus: 'received',
      NumMedia: '0',
      NumSegments: '1',
      Body: 'Hello from smoke',
    },
  },
  {
    path: '/api/v1/inbound_call',
    form: {
      ...COMMON,
      CallSid: UNKNOWN_ACCOUNT.replace('AC', 'CA'),
      CallStatus: 'ringing',
      Called: MASK,
      Caller: CONTACT,
      Direction: 'inbound',
    },
  },
];

/** A check for each. */
export const INBOUND_CHECKS: readonly AnySmokeCheck[] = INBOUND.map((webhook) => {
  const name = lastSegment(webhook);
  return createAppCheck<InboundFinding>({
    id: name.replace('_', '-'),
    checks: `${name} for a mask of nobody's: refused unsigned, and answered otherwise when signed`,
    needs: ['signing-token', 'app-up'],
    findings: {
      'answers-alike': {
        severity: 'fault',
        why: 'It refuses the signature of Twilio, or looks at none.',
      },
      'takes-unsigned': { severity: 'fault', why: 'Anybody who knows the address can act for Twilio.' },
      absent: { severity: 'fault', why: 'Webhooks come to something that does not know them.' },
      fails: { severity: 'fault', why: 'What Twilio sends is lost: it is not tried again.' },
    },
    run: async (app) => {
      // One after the other: Django's own server lets ten connections wait, and the others for a second.
      const signed = await sendWithSignature(app, webhook, 'signed');
      const foreign = await sendWithSignature(app, webhook, 'foreign');
      const unsigned = await sendWithSignature(app, webhook, 'unsigned');
      const statuses = [signed, foreign, unsigned].map(({ status }) => status).join(', ');
      return passUnless(`signed, foreign, unsigned: ${statuses}`, [
        findInboundFault(name, { signed, foreign, unsigned }),
      ]);
    },
  });
});

type Answers = Readonly<Record<'signed' | 'foreign' | 'unsigned', HttpAnswer>>;

/** Relay answers 400 to a wrong signature and to an unknown mask alike, but in other words. */
function findInboundFault(
  name: string,
  { signed, foreign, unsigned }: Answers,
): CheckFinding<InboundFinding> | undefined {
  const failed = [signed, foreign, unsigned].find(({ status }) => status >= 500);
  if (failed) {
    const what = `it answers ${failed.status} to ${name}`;
    return { id: 'fails', what, tryNext: ['look at what the app prints'] };
  }
  if ([404, 405].includes(signed.status))
    return { id: 'absent', what: `it answers ${signed.status} to ${name}`, tryNext: ['--app URL'] };
  const taken = [unsigned, foreign].find(({ status }) => status < 400);
  if (taken) {
    const what = `it answers ${taken.status} to ${name} ${taken === unsigned ? 'without a signature' : 'signed by somebody else'}`;
    return { id: 'takes-unsigned', what, tryNext: ['check X-Twilio-Signature for texts and calls too'] };
  }
  if (signed.status !== foreign.status || signed.body !== foreign.body) return undefined;
  const what = `it answers ${name} alike (${signed.status}), signed by Twilio or by somebody else`;
  return { id: 'answers-alike', what, tryNext: ['the same TWILIO_AUTH_TOKEN for the app and for smoke'] };
}
