// Finds the newest six-digit code on a phone, and waits for one.
import { shorten } from '../../../../control-characters.js';
import { RelayPhoneError } from '../../../../errors.js';
import type { ControlClient } from '../../../../sandbox/control/client.js';
import type { ReceivedText } from '../../../../sandbox/phones/inbox.js';
import { findCode } from '../../../../text-code.js';
import { formatTimeOfDay } from './phone-lines.js';

/** A code, and the text that it is in. */
export interface ReceivedCode {
  readonly code: string;
  readonly text: ReceivedText;
}

/** How long to wait for one text before the inbox is read again: a reset of the sandbox empties it. Milliseconds. */
const WAIT_MS = 2000;

/** Which code, and how to wait for it. */
export interface CodeWait {
  /** Only texts since then, milliseconds since 1970. */
  readonly since: number | undefined;
  /** How long at most, milliseconds. */
  readonly waitMs: number;
  /** False if the sandbox ends with this command: then nothing can arrive, and it does not wait. */
  readonly canArrive: boolean;
  readonly now: () => number;
}

/**
 * Returns the newest code that a phone has received, and waits for one if there is none yet.
 *
 * @throws RelayPhoneError `fault`, which names the texts that were searched, if there is none in time.
 */
export async function waitForCode(
  control: Pick<ControlClient, 'texts' | 'nextText'>,
  number: string,
  wait: CodeWait,
): Promise<ReceivedCode> {
  const deadline = wait.now() + (wait.canArrive ? wait.waitMs : 0);
  for (;;) {
    const all = await control.texts(number);
    const texts = all.filter(({ receivedAt }) => Date.parse(receivedAt) >= (wait.since ?? 0));
    const found = findNewestCode(texts);
    if (found) return found;
    const timeout = Math.min(WAIT_MS, deadline - wait.now());
    if (timeout <= 0) throw hasNoCode(number, texts, wait);
    await control.nextText(number, { after: all.length, timeout }).catch(ignoreTimeout);
  }
}

/** @param texts oldest first */
function findNewestCode(texts: readonly ReceivedText[]): ReceivedCode | undefined {
  for (const text of texts.toReversed()) {
    const code = findCode(text.body);
    if (code !== undefined) return { code, text };
  }
  return undefined;
}

function ignoreTimeout(error: unknown): void {
  if (!(error instanceof RelayPhoneError && error.kind === 'fault')) throw error;
}

/** How many texts the error quotes, and how many characters of each. */
const [MAX_QUOTED, QUOTE_LENGTH] = [3, 60];

function hasNoCode(
  number: string,
  texts: readonly ReceivedText[],
  { waitMs, canArrive, since }: CodeWait,
): RelayPhoneError {
  const newest = texts.slice(-MAX_QUOTED).reverse();
  const quotes = newest.map(
    ({ receivedAt, from, body }) =>
      `${formatTimeOfDay(receivedAt)} UTC from ${from}: "${shorten(body, QUOTE_LENGTH)}"`,
  );
  const then = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
  const has =
    texts.length === 1 ? `its only text${then} has no` : `none of its ${texts.length} texts${then} has`;
  return new RelayPhoneError({
    kind: 'fault',
    task: `find a code on ${number}`,
    reason:
      texts.length === 0
        ? `it has received no text${then}`
        : `${has} six digits that stand alone; ${texts.length > MAX_QUOTED ? 'the newest: ' : ''}${quotes.join(', ')}`,
    tryNext: [
      'relay-phone sandbox phones, to see which phone has which texts',
      ...(canArrive
        ? []
        : ['relay-phone sandbox, in another terminal: no sandbox runs, so no text can arrive']),
      ...(canArrive && waitMs === 0 ? ['--wait 30, for a text that is on its way'] : []),
    ],
  });
}
