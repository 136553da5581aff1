// Checks that the app accepts webhooks with a valid signature and refuses all others; if not, finds out what differs.
import { randomBytes } from 'node:crypto';
import { CSRF_ADVICE, isCsrfRefusal } from '../../../app-host/csrf.js';
import { listSignedUrlCandidates } from '../../../gateway/signature/candidates.js';
import { appAgentFor } from '../../../http/client.js';
import { type HttpAnswer, NoAnswer } from '../../../http/send.js';
import { listOtherTokens } from '../../../settings/auth-tokens.js';
import { createSignature } from '../../../twilio/signature.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import { findMisreadings, MISREADING_ADVICE, MISREADING_REASONS } from '../../difficult-forms.js';
import {
  classifyAnswer,
  createTestCallbacks,
  sendTestCallback,
  type TestCallback,
} from '../../test-callbacks.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';

type Id =
  | 'app-not-relay'
  | 'app-has-other-paths'
  | 'app-wants-csrf-token'
  | 'app-fails'
  | 'app-takes-anything'
  | 'app-token-differs'
  | 'app-scheme-differs'
  | 'app-url-differs'
  | 'app-misreads-forms';

const REFUSES_ALL = 'It refuses every webhook from Twilio: no text and no call gets through.';

/** Checks that the app accepts a valid signature, and no other. */
export const appSignatureCheck = createDoctorCheck<Id>({
  id: 'app-signature',
  group: 'app',
  expects: 'the app accepts callbacks with a valid signature and refuses those with an invalid one',
  needs: ['app-host', 'credentials'],
  findings: {
    'app-not-relay': { severity: 'fault', why: 'Webhooks reach a program that does not know them.' },
    'app-has-other-paths': {
      severity: 'warning',
      why: 'Numbers that use this TwiML app reach nothing in it. Whether it checks signatures is not known.',
    },
    'app-wants-csrf-token': { severity: 'fault', why: REFUSES_ALL },
    'app-fails': { severity: 'fault', why: 'What Twilio sends is lost: Twilio does not retry.' },
    'app-takes-anything': {
      severity: 'fault',
      why: 'Anyone who knows the address can send texts in the name of others.',
    },
    'app-token-differs': { severity: 'fault', why: REFUSES_ALL },
    'app-scheme-differs': { severity: 'fault', why: REFUSES_ALL },
    'app-url-differs': { severity: 'fault', why: REFUSES_ALL },
    'app-misreads-forms': { severity: 'fault', why: MISREADING_REASONS.usual },
  },
  run: async (context) => {
    const publicBase = findConfiguredPublicBase(context);
    if (publicBase === undefined) return nothingToCheck('no public base is set');
    const { setup, twimlApp: findTwimlApp } = await context.openAccount();
    const callbacks = createTestCallbacks({
      accountSid: setup.client.accountSid,
      twimlApp: await findTwimlApp(),
    });
    const app = context.findAppOrigin();
    const notes = new Set<string>();
    const note = (text: string) => void notes.add(text);
    const found = await Promise.all(
      callbacks.map((callback) =>
        probe({ context, callback, app, publicBase, authToken: setup.authToken, note }),
      ),
    );
    // Most faults concern both callbacks; each is reported once.
    const distinct = found.filter((one, at) => found.findIndex((other) => other?.id === one?.id) === at);
    return passUnless('accepts what Twilio signed, and nothing else', distinct, [...notes]);
  },
});

/** A callback, and where it is sent. */
interface Target {
  readonly context: DoctorContext;
  readonly callback: TestCallback;
  /** The origin of the app on this machine. */
  readonly app: string;
  readonly publicBase: string;
  readonly authToken: string;
  /** Takes what is no fault, to be shown with the result. */
  readonly note: (text: string) => void;
}

async function probe(target: Target): Promise<CheckFinding<Id> | undefined> {
  const { path } = target.callback;
  try {
    const answer = await send(target, target.publicBase + path, target.authToken);
    if (isCsrfRefusal(answer)) return wantsCsrfToken(target, answer);
    switch (classifyAnswer(answer)) {
      case 'accepted':
        return (await probeForgery(target)) ?? (await probeForms(target));
      case 'refused':
        return await explainRefusal(target, answer);
      case 'not found':
        return notRelay(target, answer);
      case 'failed':
        return describeFailure(`it answers ${answer.status} to ${path}`);
    }
  } catch (error) {
    if (error instanceof NoAnswer) return describeFailure(`${path}: ${error.message}`);
    throw error;
  }
}

/** Sends the callback to the app with the signature for `signedUrl` and `authToken`. @throws NoAnswer */
function send(
  { context, callback, app, publicBase }: Target,
  signedUrl: string,
  authToken: string,
): Promise<HttpAnswer> {
  const signature = createSignature(authToken, signedUrl, callback.form);
  const agent = appAgentFor(new URL(app));
  const { timeoutMs } = context;
  return sendTestCallback(callback, { origin: app, publicBase, signature, timeoutMs, agent });
}

/** Sends the callback signed with a random token, which the app must refuse. */
async function probeForgery(target: Target): Promise<CheckFinding<Id> | undefined> {
  const { callback, publicBase } = target;
  const forged = await send(target, publicBase + callback.path, randomBytes(16).toString('hex'));
  if (classifyAnswer(forged) !== 'accepted') return undefined;
  return {
    id: 'app-takes-anything',
    what: `it accepts ${callback.path} with an invalid signature`,
    tryNext: [
      'check X-Twilio-Signature: https://www.twilio.com/docs/usage/security#validating-requests',
      'relay-phone serve, which checks it',
    ],
  };
}

/** Sends the callback with parameters that are easily misread. */
async function probeForms(target: Target): Promise<CheckFinding<Id> | undefined> {
  const { callback, publicBase, authToken } = target;
  const misreadings = await findMisreadings(callback, (one) =>
    send({ ...target, callback: one }, publicBase + one.path, authToken),
  );
  const say = (some: typeof misreadings) =>
    `before it checks the signature the app ${some.map(({ misreading }) => misreading).join(', ')}`;
  const usual = misreadings.filter(({ isRare }) => !isRare);
  if (usual.length > 0) return { id: 'app-misreads-forms', what: say(usual), tryNext: MISREADING_ADVICE };
  if (misreadings.length > 0) target.note(`${say(misreadings)}. ${MISREADING_REASONS.rare}`);
  return undefined;
}

/** Tries other tokens and URLs until the app accepts one, which shows what differs; else reads the app's answer. */
async function explainRefusal(target: Target, refusal: HttpAnswer): Promise<CheckFinding<Id>> {
  for (const { token, name } of listTokens(target)) {
    for (const url of listSignedUrls(target)) {
      if (classifyAnswer(await send(target, url, token)) === 'accepted')
        return name === undefined ? urlDiffers(target, url) : tokenDiffers(target, `: it uses ${name}`);
    }
  }
  // Relay answers 400 to many mistakes. Only an invalid signature is answered in these words, also by serve and the
  // SDK's middleware.
  if (!/signature|twilio request validation/i.test(refusal.body)) return notRelay(target, refusal);
  return tokenDiffers(target, '');
}

/** Lists the right token first, without a name, then the others of the settings. */
function listTokens({ context, authToken }: Target): { token: string; name?: string }[] {
  return [{ token: authToken }, ...listOtherTokens(context, authToken)];
}

/** Returns URLs that the app may check the signature for. The right one comes first: only the token may differ. */
function listSignedUrls({ context, callback, app, publicBase }: Target): string[] {
  const { environment, envFile } = context;
  const { host } = new URL(publicBase);
  const origins = [environment.SITE_ORIGIN, envFile?.values.get('SITE_ORIGIN')];
  const hosts = origins.flatMap((one) => (one && URL.canParse(one) ? [new URL(one).host] : []));
  const headers = ['Host', host, 'X-Forwarded-Host', hosts.join(',')];
  const request = { target: callback.path, isSocket: false, headers };
  return [...listSignedUrlCandidates(request, { publicBase, app })].slice(0, MAX_TRIED_URLS);
}

/** Each is a request to the app, for each token. */
const MAX_TRIED_URLS = 30;

const RESTART = 'restart the app: it reads .env only when it starts';

function tokenDiffers({ app, context }: Target, which: string): CheckFinding<Id> {
  const start = `end the app, and start it so: ${context.lines.exec}`;
  return {
    id: 'app-token-differs',
    what: `the app at ${app} checks signatures with another auth token${which}`,
    tryNext: [
      context.target === 'sandbox' ? start : RESTART,
      'set TWILIO_AUTH_TOKEN where the app reads its settings: the live one, of the account that sends the webhooks',
    ],
  };
}

function urlDiffers({ app, publicBase }: Target, url: string): CheckFinding<Id> {
  const [accepted, signed] = [new URL(url), new URL(publicBase)];
  const what = `the app at ${app} believes that it is at ${accepted.origin}, but Twilio signs for ${publicBase}`;
  if (accepted.protocol !== signed.protocol && accepted.host === signed.host)
    return {
      id: 'app-scheme-differs',
      what,
      tryNext: [
        'make the app trust X-Forwarded-Proto (Django: SECURE_PROXY_SSL_HEADER; Express: trust proxy)',
        'use a tunnel that sends X-Forwarded-Proto: relay-phone tunnel',
      ],
    };
  return {
    id: 'app-url-differs',
    what: accepted.origin === signed.origin ? `the app checks signatures for the URL ${url}` : what,
    tryNext: [RESTART, 'use a tunnel that does not change Host: relay-phone tunnel'],
  };
}

function notRelay({ app, callback, context }: Target, { status }: HttpAnswer): CheckFinding<Id> {
  if (context.isOtherProject) {
    return {
      id: 'app-has-other-paths',
      what: `the TwiML app leads to ${callback.path}, where the app answers ${status}`,
      tryNext: [
        'let the number itself lead to the paths of your app (relay-phone numbers shows where it leads)',
        'relay-phone text Hello, which shows whether texts reach the app',
      ],
    };
  }
  return {
    id: 'app-not-relay',
    what: `the program at ${app} answers ${status} to ${callback.path}`,
    tryNext: [
      'set PHONES_ENABLED=True in the .env of Relay, then restart it',
      '--app URL, if the app is somewhere else',
      'relay-phone serve',
    ],
  };
}

function wantsCsrfToken({ callback }: Target, { status }: HttpAnswer): CheckFinding<Id> {
  return {
    id: 'app-wants-csrf-token',
    what: `it answers ${status} to ${callback.path}, because Twilio sends no CSRF token`,
    tryNext: CSRF_ADVICE,
  };
}

function describeFailure(what: string): CheckFinding<Id> {
  const tryNext = ["read the app's output", 'relay-phone serve, to compare with an app that works'];
  return { id: 'app-fails', what, tryNext };
}
