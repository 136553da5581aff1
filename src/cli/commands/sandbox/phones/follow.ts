// Shows what happens to the phones of a running sandbox, as it happens.
import { RelayPhoneError } from '../../../../errors.js';
import { findJoinable } from '../../../../sandbox/instance/join.js';
import type { SandboxEvent } from '../../../../sandbox/platform/events/event.js';
import type { CommandContext } from '../../../core/command-context.js';
import { layOut } from '../../../core/layout.js';
import { warnOfMissedEvents } from '../event-line.js';
import { describeBehaviour, formatTimeOfDay } from './phone-lines.js';

/**
 * Shows each event of one phone, or of all, until Ctrl-C or a closed pipe.
 *
 * @param findNumber returns the phone to follow in the sandbox; undefined for all
 * @throws RelayPhoneError `needsUser` if no sandbox runs, `network` if it goes away.
 */
export async function followPhones(
  context: CommandContext,
  findNumber: (sandbox: NonNullable<Awaited<ReturnType<typeof findJoinable>>>) => Promise<string | undefined>,
): Promise<void> {
  const { ports, screen, state } = context;
  const folder = state.find();
  const sandbox = folder && (await findJoinable(folder));
  if (!sandbox) throw nothingRuns(state.path);
  const { control } = sandbox;
  const number = await findNumber(sandbox);
  const ending = new AbortController();
  const end = () => ending.abort();
  ports.onInterrupt(async () => end());
  // The pipe closes in `| head`.
  ports.stdout.on('error', end);
  const [[newest], owned] = await Promise.all([control.events({ limit: 1 }), control.numbers()]);
  const isPhone = (phone: string) => !owned.some((one) => one.number === phone);
  const whom = number === undefined ? 'all phones' : number;
  screen.line(`Following ${whom}; times are in UTC. Ctrl-C ends this, and nothing else.`);
  await control.watch(
    (event) => {
      const seen = describeForPhone(event);
      if (!seen) return;
      const { phone, text } = seen;
      if (phone !== null && (number === undefined ? !isPhone(phone) : phone !== number)) return;
      const name = number === undefined && phone !== null ? `${phone}  ` : '';
      screen.rows(layOut(`${formatTimeOfDay(event.at)}  ${name}`, [text], screen.layout));
      screen.record(event);
    },
    { ...warnOfMissedEvents(screen), signal: ending.signal, since: newest?.id ?? 0 },
  );
}

/** What an event means to a phone; `phone` is null if it means the same to all. Undefined if it concerns no phone. */
function describeForPhone(
  event: SandboxEvent,
): { readonly phone: string | null; readonly text: string } | undefined {
  switch (event.kind) {
    case 'phone.texts':
      return { phone: event.from, text: `to ${event.to}: ${event.body}${countMedia(event.mediaUrls)}` };
    case 'text.reached-phone':
      return { phone: event.to, text: `from ${event.from}: ${event.body}${countMedia(event.mediaUrls)}` };
    case 'call.started':
      return event.direction === 'inbound' ? { phone: event.from, text: `calls: ${event.to}` } : undefined;
    case 'phone.call': {
      const { phone, act, detail } = event;
      return { phone, text: `${act}${detail === null ? '' : `: ${detail}`}` };
    }
    case 'opt-out':
      return { phone: event.phone, text: `${event.keyword} to ${event.number}` };
    case 'behaviour.changed': {
      const unusual = describeBehaviour(event.behaviour as Parameters<typeof describeBehaviour>[0]);
      return { phone: event.phone, text: `now: ${unusual.length === 0 ? 'as usual' : unusual.join('; ')}` };
    }
    case 'sandbox.reset':
      return { phone: null, text: 'the sandbox was reset: everything before is gone' };
    case 'sandbox.restored':
      return { phone: null, text: 'the sandbox was restored from a snapshot' };
    default:
      return undefined;
  }
}

function countMedia(urls: readonly string[]): string {
  return urls.length === 0 ? '' : ` (+ ${urls.length} media)`;
}

function nothingRuns(path: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'follow the phones',
    reason: `no sandbox of ${path} is running`,
    tryNext: ['relay-phone sandbox, in another terminal', '--state-dir PATH of a sandbox that runs'],
  });
}
