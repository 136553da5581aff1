// Checks that the app verifies the signatures of webhooks: of status callbacks, and of texts and calls to an unknown mask.
import { CSRF_ADVICE, isCsrfRefusal } from '../../../app-host/csrf.js';
import type { HttpAnswer } from '../../../http/send.js';
import { type CheckFinding, found, passUnless } from '../../check.js';
import { findMisreadings, MISREADING_ADVICE, MISREADING_REASONS } from '../../difficult-forms.js';
import {
  type CallbackReaction,
  classifyAnswer,
  createTestCallbacks,
  type TestCallback,
} from '../../test-callbacks.js';
import type { AnySmokeCheck } from '../smoke-context.js';
import { createAppCheck, SIGNATURE_KINDS, type SignatureKind, sendWithSignature } from './app-under-test.js';

type CallbackFinding = 'wants-csrf-token' | 'refuses-signed' | 'takes-anything' | 'absent' | 'fails';

/** An account that does not exist: apps verify the signature, not the account. */
const UNKNOWN_ACCOUNT = `AC${'0'.repeat(32)}`;

const NOT_KNOWN = 'Webhooks reach a program that does not know them.';
const REFUSES_ALL = 'No text and no call from Twilio gets through.';
const LOST = 'What Twilio sends is lost: Twilio does not retry.';

const SIGNED_HOW: Readonly<Record<SignatureKind, string>> = {
  signed: 'signed as Twilio signs it',
  unsigned: 'without a signature',
  wrong: 'with the signature of other parameters',
  foreign: "signed with another account's token",
};

/** The checks of `sms_status` and `voice_status`, one for each kind of signature. These callbacks have no effect. */
export const CALLBACK_CHECKS: readonly AnySmokeCheck[] = createTestCallbacks({
  accountSid: UNKNOWN_ACCOUNT,
  twimlApp: undefined,
}).flatMap((callback) => SIGNATURE_KINDS.map((kind) => createCallbackCheck(callback, kind)));

function createCallbackCheck(callback: TestCallback, kind: SignatureKind): AnySmokeCheck {
  const name = lastSegment(callback);
  const expected: CallbackReaction = kind === 'signed' ? 'accepted' : 'refused';
  return createAppCheck<CallbackFinding>({
    id: `${name.replace('_', '-')}-${kind}`,
    expects: `the app ${kind === 'signed' ? 'accepts' : 'refuses'} ${name} ${SIGNED_HOW[kind]}`,
    needs: ['signing-token', 'app-host'],
    findings: {
      'wants-csrf-token': { severity: 'fault', why: REFUSES_ALL },
      'refuses-signed': { severity: 'fault', why: REFUSES_ALL },
      'takes-anything': {
        severity: 'fault',
        why: 'Anyone who knows the address can send texts in the name of others.',
      },
      absent: { severity: 'fault', why: NOT_KNOWN },
      fails: { severity: 'fault', why: LOST },
    },
    run: async (app) => {
      const answer = await sendWithSignature(app, callback, kind);
      if (kind === 'signed' && isCsrfRefusal(answer)) return found(describeCsrf(name, answer));
      const reaction = isCsrfRefusal(answer) ? 'refused' : classifyAnswer(answer);
      const what = `it answers ${answer.status} to ${name} ${SIGNED_HOW[kind]}`;
      return passUnless(`${reaction} (${answer.status})`, [
        reaction === expected ? undefined : explainReaction(reaction, what),
      ]);
    },
  });
}

function describeCsrf(name: string, { status }: HttpAnswer): CheckFinding<'wants-csrf-token'> {
  const what = `it answers ${status} to ${name}, because Twilio sends no CSRF token`;
  return { id: 'wants-csrf-token', what, tryNext: CSRF_ADVICE };
}

const OTHER_APP = ['set PHONES_ENABLED=True, for Firefox Relay', "read the app's output", '--app URL'];
const SAME_TOKEN = 'give the app and smoke the same TWILIO_AUTH_TOKEN';

/** @param reaction one that is not the expected one */
function explainReaction(reaction: CallbackReaction, what: string): CheckFinding<CallbackFinding> {
  switch (reaction) {
    case 'not found':
      return { id: 'absent', what, tryNext: OTHER_APP };
    case 'failed':
      return { id: 'fails', what, tryNext: OTHER_APP };
    case 'accepted': {
      const way = 'check X-Twilio-Signature: https://www.twilio.com/docs/usage/security#validating-requests';
      return { id: 'takes-anything', what, tryNext: [way] };
    }
    case 'refused': {
      const tryNext = [
        SAME_TOKEN,
        '--public-url URL, with the address that the app expects to be called at',
        'relay-phone doctor, which finds out what the app accepts',
      ];
      return { id: 'refuses-signed', what, tryNext };
    }
  }
}

/** The check that the app reads every form as it came. Text status callbacks have no effect. */
export const difficultFormsCheck: AnySmokeCheck = createAppCheck<'misreads-forms'>({
  id: 'difficult-forms',
  expects: 'the app accepts forms with spaces, empty values, emoji, line ends, signs and repeated names',
  needs: ['sms-status-signed'],
  findings: {
    'misreads-forms': { severity: 'fault', why: MISREADING_REASONS.usual },
  },
  run: async (app) => {
    const callback = createTestCallbacks({ accountSid: UNKNOWN_ACCOUNT, twimlApp: undefined }).at(-1);
    const misreadings = callback
      ? await findMisreadings(callback, (one) => sendWithSignature(app, one, 'signed'))
      : [];
    const say = (misreading: string) => `before it checks the signature it ${misreading}`;
    return passUnless(
      'accepted',
      misreadings.map(({ misreading, isRare }) =>
        isRare ? undefined : { id: 'misreads-forms', what: say(misreading), tryNext: MISREADING_ADVICE },
      ),
      misreadings.flatMap(({ misreading, isRare }) =>
        isRare ? [`${say(misreading)}. ${MISREADING_REASONS.rare}`] : [],
      ),
    );
  },
});

type InboundFinding = 'wants-csrf-token' | 'answers-alike' | 'takes-unsigned' | 'absent' | 'fails';

/** This number cannot be a mask: Twilio sells it to nobody, not even to test credentials. */
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

/** The checks of `inbound_sms` and `inbound_call`. They would have an effect, so they go to an unknown mask. */
export const INBOUND_CHECKS: readonly AnySmokeCheck[] = INBOUND.map((webhook) => {
  const name = lastSegment(webhook);
  return createAppCheck<InboundFinding>({
    id: name.replace('_', '-'),
    expects: `the app refuses ${name} without a valid signature, and answers a signed one for an unknown mask differently`,
    needs: ['signing-token', 'app-host'],
    findings: {
      'wants-csrf-token': { severity: 'fault', why: REFUSES_ALL },
      'answers-alike': {
        severity: 'fault',
        why: "It refuses Twilio's signature, or verifies none.",
      },
      'takes-unsigned': { severity: 'fault', why: 'Anyone who knows the address can act as Twilio.' },
      absent: { severity: 'fault', why: NOT_KNOWN },
      fails: { severity: 'fault', why: LOST },
    },
    run: async (app) => {
      // One after the other: Django's own server queues ten connections, and makes more than that wait for a second.
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

/** Relay answers 400 both to an invalid signature and to an unknown mask, so only the bodies tell them apart. */
function findInboundFault(
  name: string,
  { signed, foreign, unsigned }: Answers,
): CheckFinding<InboundFinding> | undefined {
  if (isCsrfRefusal(signed)) return describeCsrf(name, signed);
  const failed = [signed, foreign, unsigned].find(({ status }) => status >= 500);
  if (failed) {
    const what = `it answers ${failed.status} to ${name}`;
    return { id: 'fails', what, tryNext: ["read the app's output"] };
  }
  if ([404, 405].includes(signed.status))
    return { id: 'absent', what: `it answers ${signed.status} to ${name}`, tryNext: ['--app URL'] };
  const accepted = [unsigned, foreign].find(({ status }) => status < 400);
  if (accepted) {
    const how = SIGNED_HOW[accepted === unsigned ? 'unsigned' : 'foreign'];
    const what = `it answers ${accepted.status} to ${name} ${how}`;
    return { id: 'takes-unsigned', what, tryNext: ['check X-Twilio-Signature for texts and calls too'] };
  }
  if (signed.status !== foreign.status || signed.body !== foreign.body) return undefined;
  const what = `it gives the same answer (${signed.status}) to ${name} signed by Twilio and ${SIGNED_HOW.foreign}`;
  return { id: 'answers-alike', what, tryNext: [SAME_TOKEN] };
}

/** Returns the last part of the path, such as `sms_status`. */
function lastSegment({ path }: TestCallback): string {
  return path.split('/').at(-1) ?? path;
}
