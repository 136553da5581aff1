// Explains an app's answer that is not what was asked for, and its silence.
import { findSystemCode, RelayPhoneError } from '../errors.js';
import type { NoAnswer } from '../http/send.js';
import type { ReadAnswer } from './answers.js';
import { FAILURES } from './failures.js';
import type { AppQuestion, Row } from './meaning.js';
import { RELAY_REFUSALS } from './refusals.js';
import { TROUBLES } from './troubles.js';

/** An answer that is not what was asked for. */
export interface ExplainedRefusal {
  /** Set for those that mean the thing asked for is there already. */
  readonly id: Row['id'];
  readonly status: number;
  readonly error: RelayPhoneError;
}

/** What the answer means, and what to do about it. Every answer is explained. */
export function explainAnswer(asked: AppQuestion, answer: ReadAnswer): ExplainedRefusal {
  const row = [...RELAY_REFUSALS, ...FAILURES, ...TROUBLES].find(({ matches }) => matches(answer));
  if (!row) throw new Error('the last trouble matches every answer');
  const { twilioCode, reason, ...meaning } = row.mean(asked, answer);
  // What an app refuses it means to; only where it fails does the place tell something.
  const line = answer.status >= 500 && answer.line ? `; raised at ${answer.line}` : '';
  const error = new RelayPhoneError({
    task: asked.task,
    ...meaning,
    reason: reason + line,
    ...(twilioCode && { twilioCode, more: `https://www.twilio.com/docs/errors/${twilioCode}` }),
  });
  return { id: row.id, status: answer.status, error };
}

/** Explains a missing answer: the app does not run, which the user can fix, or the connection failed. */
export function explainSilence({ task, origin }: AppQuestion, silence: NoAnswer): RelayPhoneError {
  const isAbsent = findSystemCode(silence.cause) === 'ECONNREFUSED';
  return new RelayPhoneError({
    kind: isAbsent ? 'needsUser' : 'network',
    task,
    reason: isAbsent ? `no app is at ${origin}` : silence.message,
    tryNext: isAbsent
      ? [
          'relay-phone serve, a small Relay of our own',
          'in a checkout of Firefox Relay: python manage.py runserver',
          'and in the sandbox: relay-phone exec -- python manage.py runserver',
          '--app URL, when it is somewhere else',
        ]
      : [
          "read the app's own log: it may wait for Twilio",
          '--timeout SECONDS, to wait longer',
          '--app URL, when it is somewhere else',
        ],
    cause: silence,
  });
}
