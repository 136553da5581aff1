// For each check of the app: an answer of the app that fails this check and no other.
import twilio from 'twilio';
import { NO_SUCH_PAGE } from '../../../src/app-host/compare-hosts.js';
import type { AppAnswer, Called } from '../webhook-app.js';
import { APP_TOKEN } from './scene.js';

type Answer = (called: Called) => AppAnswer | undefined;

/** Returns how the webhook is signed. */
function signatureKindOf({ headers, signed, parameters, path }: Called): string {
  const signature = headers['x-twilio-signature'];
  if (typeof signature !== 'string') return 'unsigned';
  if (signed) return 'signed';
  const url = `http://${headers.host}${path}`;
  const other = { ...parameters, ApiVersion: 'another' };
  return twilio.validateRequest(APP_TOKEN, signature, url, other) ? 'wrong' : 'foreign';
}

function answer(path: string, kind: string, status: number): Answer {
  return (called) => (called.path === path && signatureKindOf(called) === kind ? { status } : undefined);
}

function faultsOf(name: string): Record<string, Answer> {
  const path = `/api/v1/${name}`;
  const id = name.replace('_', '-');
  return {
    [`${id}-signed`]: answer(path, 'signed', 403),
    [`${id}-unsigned`]: answer(path, 'unsigned', 200),
    [`${id}-wrong`]: answer(path, 'wrong', 204),
    [`${id}-foreign`]: answer(path, 'foreign', 200),
  };
}

/** The app's answers, by the id of the check. They return undefined for requests that are answered as usual. */
export const APP_ANSWERS: Readonly<Record<string, Answer>> = {
  // Not to the first page, so that the app is up.
  'app-host': ({ path }) =>
    path === NO_SUCH_PAGE
      ? { status: 403, body: 'Blocked request. This host ("x") is not allowed.' }
      : undefined,
  ...faultsOf('sms_status'),
  ...faultsOf('voice_status'),
  'difficult-forms': ({ path, form }) =>
    path === '/api/v1/sms_status' && 'ProbeEmpty' in form ? { status: 403 } : undefined,
  'inbound-sms': ({ path }) => (path === '/api/v1/inbound_sms' ? { status: 400, body: 'no' } : undefined),
  'inbound-call': answer('/api/v1/inbound_call', 'unsigned', 200),
};
