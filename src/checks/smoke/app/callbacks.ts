// Checks that the app accepts two callbacks without any effect if they are signed, and refuses them otherwise.

import { type CheckFinding, passUnless } from '../../check.js';
import {
  type CallbackReaction,
  classifyAnswer,
  createTestCallbacks,
  type TestCallback,
} from '../../doctor/app/callbacks.js';
import type { AnySmokeCheck } from '../subject.js';
import { createAppCheck, SIGNATURE_KINDS, type SignatureKind, sendWithSignature } from './app-under-test.js';

type Id = 'refuses-signed' | 'takes-anything' | 'absent' | 'fails';

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
  return createAppCheck<Id>({
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
): CheckFinding<Id> | undefined {
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
