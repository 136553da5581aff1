// Chooses the numbers of a text or call that the command line does not name, if one answer is obvious.
import { RelayPhoneError } from '../../../errors.js';
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import type { NumberSummary } from '../../../sandbox/numbers/incoming-phone-numbers/summaries.js';
import type { MaskOwners } from '../../../setup/numbers.js';
import { formatCommandLine } from '../../../shell-quote.js';
import type { CommandContext } from '../../core/command-context.js';
import { STAND_IN_PHONE } from '../../core/stand-in-phone.js';
import { findServeMasks } from '../numbers/masks.js';

/** A contact, and another one in case the first is an owner. */
const CONTACTS = ['+13015550195', '+12125550191'] as const;

/** How many numbers an error names. */
const MAX_NAMED = 8;

/** The two ends of a text or call. */
export interface NumberPair {
  /** A phone of the sandbox. */
  readonly from: string;
  /** A number of the account. */
  readonly to: string;
}

/** What is known of the numbers. */
export interface KnownNumbers {
  /** In the order in which they were bought. */
  readonly numbers: readonly NumberSummary[];
  readonly mainNumber: string | undefined;
  /** The TwiML app of the settings: Relay buys each mask with it. */
  readonly applicationSid: string | undefined;
  /** Of the masks of `serve`. */
  readonly owners: MaskOwners;
  /** True if the app is known to be a Relay: a checkout, or a `serve` that runs. */
  readonly isRelay: boolean;
}

/** A number of the account, and what it is: `the only mask`. */
export interface Recipient {
  readonly number: string;
  readonly title: string;
}

/**
 * Returns both numbers of a text or call. What was not asked for is chosen, and shown in one line:
 * `to` is the only mask, else the main number, else the only number; `from` is the stand-in phone, or a contact if the
 * stand-in phone may own the mask, because an owner's text is a reply to a contact.
 *
 * @param use decides which webhook a number must have that is neither a mask nor the main number
 * @throws RelayPhoneError `usage` if several numbers could be meant, or the account has none; it names the command that
 *   was typed with each `--to`.
 */
export async function chooseNumbers(
  context: CommandContext,
  { control }: Pick<JoinedSandbox, 'control'>,
  { from, to, use }: Partial<NumberPair> & { readonly use: 'text' | 'call' },
): Promise<NumberPair> {
  if (from !== undefined && to !== undefined) return { from, to };
  const { screen, ports } = context;
  const known = await findKnownNumbers(context, control);
  const recipients = to === undefined ? listRecipients(known, use) : [{ number: to, title: '' }];
  const [recipient] = recipients;
  if (!recipient) throw hasNoNumber(use);
  if (recipients.length > 1) throw isNotObvious(use, recipients, ports.typed);
  const sender = from === undefined ? chooseSender(known, recipient.number) : { number: from, title: '' };
  screen.line(`From ${describe(sender)} to ${describe(recipient)}.`);
  // Relay has no use for texts and calls to the main number.
  if (recipient.title === MAIN && known.isRelay)
    screen.warn('there is no mask yet: relay-phone send-test --mask takes one');
  return { from: sender.number, to: recipient.number };
}

const MAIN = 'the main number';

/** Reads what is known of the numbers of the account. What `serve` does not tell is a warning. */
export async function findKnownNumbers(
  context: CommandContext,
  control: JoinedSandbox['control'],
): Promise<KnownNumbers> {
  const { mainNumber, applicationSid } = context.loaded.values;
  const warnings: string[] = [];
  const [numbers, { owners, serve }] = await Promise.all([
    control.numbers(),
    findServeMasks(context, warnings),
  ]);
  for (const warning of warnings) context.screen.warn(warning);
  const isRelay = context.checkout !== undefined || serve !== undefined;
  return { numbers, mainNumber, applicationSid, owners, isRelay };
}

/**
 * Returns the numbers that a text or call without a recipient may be meant for: the masks, else the numbers besides the
 * main one that have a webhook, else the main number, else every number.
 */
export function listRecipients(
  { numbers, mainNumber, applicationSid, owners }: KnownNumbers,
  use: 'text' | 'call',
): Recipient[] {
  const others = numbers.filter(({ number }) => number !== mainNumber);
  const leadsToApp = ({ sms, voice }: NumberSummary) =>
    applicationSid !== undefined && [sms.applicationSid, voice.applicationSid].includes(applicationSid);
  const masks = [
    ...numbers.filter(({ number }) => owners.has(number)),
    ...others.filter((one) => !owners.has(one.number) && leadsToApp(one)),
  ];
  if (masks.length > 0) return entitle(masks, 'the only mask', 'a mask');
  const hasMain = others.length < numbers.length;
  const routed = others.filter(({ sms, voice, messagingServiceSid }) =>
    use === 'text' ? sms.url !== null || messagingServiceSid !== null : voice.url !== null,
  );
  if (routed.length > 0) {
    return hasMain
      ? entitle(routed, 'the number besides the main one', 'a number besides the main one')
      : entitle(routed, 'the only number with a webhook', 'a number with a webhook');
  }
  if (hasMain && mainNumber !== undefined) return [{ number: mainNumber, title: MAIN }];
  return entitle(numbers, 'the only number', 'a number of the account');
}

function entitle(numbers: readonly NumberSummary[], only: string, oneOfMany: string): Recipient[] {
  return numbers.map(({ number }) => ({ number, title: numbers.length === 1 ? only : oneOfMany }));
}

/** Chooses a phone that does not own the mask; whose masks an app has is known of `serve` only. */
function chooseSender({ owners, mainNumber }: KnownNumbers, to: string): Recipient {
  const owner = owners.get(to);
  if (owner === undefined ? !owners.has(to) && to === mainNumber : owner !== STAND_IN_PHONE) {
    return { number: STAND_IN_PHONE, title: 'the stand-in phone' };
  }
  const isOwner = (phone: string) => [...owners.values()].includes(phone);
  const [first, second] = CONTACTS;
  return { number: isOwner(first) ? second : first, title: 'a contact' };
}

function describe({ number, title }: Recipient): string {
  return title === '' ? number : `${number} (${title})`;
}

const TASKS = { text: 'send a text', call: 'place a call' } as const;

function hasNoNumber(use: 'text' | 'call'): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: TASKS[use],
    reason: 'the account has no number to which it could go',
    tryNext: ['relay-phone init --sandbox, which buys a main number'],
  });
}

function isNotObvious(
  use: 'text' | 'call',
  recipients: readonly Recipient[],
  [command = use, ...rest]: readonly string[],
): RelayPhoneError {
  const { title } = recipients[0] ?? { title: '' };
  const named = recipients.slice(0, MAX_NAMED).map(({ number }) => number);
  const others = recipients.length - named.length;
  const list = others > 0 ? [...named, `${others} more`] : named;
  return new RelayPhoneError({
    kind: 'usage',
    task: TASKS[use],
    reason: `${list.slice(0, -1).join(', ')} or ${list.at(-1)} could be meant: each is ${title}`,
    tryNext: [
      ...named.map((number) => formatCommandLine(['relay-phone', command, '--to', number, ...rest])),
      ...(others > 0 ? ['relay-phone numbers --show-numbers, which lists every number'] : []),
    ],
  });
}
