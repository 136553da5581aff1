// What to do after each command, on the way from nothing to a text on a phone.
import type { FollowUp, ProjectLines } from './next-lines.js';
import { STAND_IN_PHONE } from './stand-in-phone.js';

/** The phone of a stranger, which is never for sale in the sandbox. */
const STRANGER = '+12025550191';

/** What `init` has done. */
export interface InitDone {
  readonly target: 'live' | 'sandbox';
  readonly mainNumber: { readonly phoneNumber: string; readonly sid: string | undefined };
  /** True if a running app has to be started again: it reads `.env` and the TwiML app only once. */
  readonly isRewritten: boolean;
  /** True if the checkout has a user with phones. */
  readonly isPrepared: boolean;
}

/** Returns what to do after `init`. */
export function listStepsAfterInit(lines: ProjectLines, done: InitDone): FollowUp[] {
  return [
    ...(lines.project.kind === 'relay' && !done.isPrepared
      ? [
          {
            why: 'create the database, and a user with phone masks',
            line: lines.relayPhone('checkout', 'prepare'),
          },
        ]
      : []),
    ...(done.target === 'sandbox' ? listSandboxSteps(lines, done) : [openTunnel(lines, done.isRewritten)]),
    { why: 'see all this again', line: lines.relayPhone('status') },
    { why: 'take it all back', line: lines.relayPhone('undo') },
  ];
}

function listSandboxSteps(lines: ProjectLines, { mainNumber, isRewritten }: InitDone): FollowUp[] {
  const { phoneNumber } = mainNumber;
  switch (lines.project.kind) {
    case 'relay':
      return [startApp(lines, isRewritten), takeMask(lines)];
    case 'unknown':
      return [
        {
          why: `without an app of yours: start a small Relay of ours, with ${phoneNumber} as a mask`,
          line: lines.relayPhone('serve', '--yes', '--real-number', STAND_IN_PHONE),
        },
        {
          ...startApp(lines, isRewritten),
          why: `or start your app, to listen at ${lines.origin}`,
        },
        textNumber(lines, STRANGER, phoneNumber),
      ];
    default:
      return [
        startApp(lines, isRewritten),
        ...pointNumber(lines, mainNumber),
        textNumber(lines, STAND_IN_PHONE, phoneNumber),
      ];
  }
}

/** Returns what to do after `checkout prepare`. @param isChanged true if a running Relay has to be started again */
export function listStepsAfterPrepare(
  lines: ProjectLines,
  target: 'live' | 'sandbox',
  isChanged: boolean,
): FollowUp[] {
  return [
    target === 'sandbox' ? startApp(lines, isChanged) : openTunnel(lines, isChanged),
    takeMask(lines),
    { why: 'see the mask in a browser', line: lines.relayPhone('checkout', 'login') },
  ];
}

/**
 * Returns what to do after a `send-test` through an app.
 *
 * @param mask undefined if none was asked for
 * @param target with a Twilio account the user texts the mask with a real phone
 */
export function listStepsAfterSendTest(
  lines: ProjectLines,
  {
    target,
    number,
    mask,
  }: { readonly target: 'live' | 'sandbox'; readonly number: string; readonly mask?: string | undefined },
): FollowUp[] {
  if (mask === undefined) return [takeMask(lines)];
  return target === 'sandbox' ? [textMask(lines, mask, number)] : [];
}

/** Returns what to do after a `doctor` that found no fault in the sandbox. @param mainNumber undefined if there is none */
export function listStepsAfterDoctor(lines: ProjectLines, mainNumber: string | undefined): FollowUp[] {
  if (lines.project.kind === 'relay') return [takeMask(lines)];
  return mainNumber === undefined ? [] : [textNumber(lines, STRANGER, mainNumber)];
}

/**
 * Returns the step that texts a mask as a stranger does.
 *
 * @param owner the phone behind it
 * @param shown the same as it is shown, where numbers are hidden
 */
export function textMask(lines: ProjectLines, mask: string, owner: string, shown = owner): FollowUp {
  const contact = owner === STRANGER ? STAND_IN_PHONE : STRANGER;
  return {
    ...textNumber(lines, contact, mask),
    why: `text the mask as a stranger, and see it arrive on ${shown}`,
  };
}

function startApp({ exec }: ProjectLines, isAgain: boolean): FollowUp {
  return { why: `${isAgain ? '(re)start' : 'start'} the app, so that it reaches this Twilio`, line: exec };
}

function openTunnel({ tunnel }: ProjectLines, isAgain: boolean): FollowUp {
  return { why: `${isAgain ? '(re)start' : 'start'} the app with a public address`, line: tunnel };
}

function takeMask({ relayPhone }: ProjectLines): FollowUp {
  return {
    why: 'in another terminal: verify a phone in the app, and take a mask for it',
    line: relayPhone('send-test', '--mask'),
  };
}

/** Twilio's own request, as an SDK would send it; it reaches the sandbox. */
function pointNumber(
  { runInShell, origin, project }: ProjectLines,
  { phoneNumber, sid }: InitDone['mainNumber'],
): FollowUp[] {
  if (sid === undefined) return [];
  const account = 'https://api.twilio.com/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID';
  const url = `${account}/IncomingPhoneNumbers/${sid}.json`;
  const smsUrl = `${origin}${project.textPath ?? '/sms'}`;
  const line = runInShell(`curl -sS -u $TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN ${url} -d SmsUrl=${smsUrl}`);
  const why = `in another terminal: have the texts to ${phoneNumber} go to your app, at its path for them`;
  return line === undefined ? [] : [{ why, line }];
}

function textNumber({ relayPhone }: ProjectLines, from: string, to: string): FollowUp {
  return {
    why: `in another terminal: text ${to} from a phone of the sandbox`,
    line: relayPhone('text', '--from', from, '--to', to, 'Hello'),
  };
}
