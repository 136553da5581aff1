// Takes a phone of the sandbox in hand: its calls ring until the person answers, and at the end it is as it was before.
import { RelayPhoneError } from '../../../errors.js';
import { once } from '../../../once.js';
import type { ControlClient } from '../../../sandbox/control/client.js';
import { findJoinable, hostSandbox, type JoinedSandbox } from '../../../sandbox/instance/join.js';
import type { Behaviour, WholeBehaviour } from '../../../sandbox/phones/behaviour.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { StateFolder } from '../../../state/folder.js';
import { describeHolder, findHolder, findLock } from '../../../state/lock.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import { verifySandboxFolder, warnOfLostWrites } from '../../core/sandbox.js';
import { createPhoneView, type PhoneView } from './phone-view.js';

/** How a phone can be reached. */
export type Reach = 'on' | 'busy' | 'off';

/** A phone in hand. */
export interface HeldPhone {
  /** E.164, or a short code. */
  readonly number: string;
  readonly view: PhoneView;
  /** The sandbox as it is reached now. */
  control(): ControlClient;
  /** True if an act that meets something which the sandbox lacks has failed. */
  failsOnUnsupported(): boolean;
  setReach(reach: Reach): Promise<void>;
  /** Blocks and unblocks numbers, until the end. */
  setBlocked(numbers: readonly string[]): Promise<void>;
  blocked(): readonly string[];
  /**
   * Calls `onEvent` with each event from the moment at which the phone was taken in hand. Resolves when the phone is let go.
   *
   * @throws RelayPhoneError `network` if the sandbox goes away, and `waits` is false.
   */
  watch(onEvent: (event: SandboxEvent) => void, notices: WatchNotices): Promise<void>;
  /** Hangs up, and gives the phone back. */
  letGo(): Promise<void>;
}

/** What happens to the sandbox while a phone is in hand. */
export interface WatchNotices {
  /** True if a sandbox that went away is waited for. */
  readonly waits: boolean;
  readonly onMissed: (count: number) => void;
  readonly onStopped: () => void;
  readonly onRunning: (origin: string) => void;
}

/** How often a sandbox that went away is looked for. */
const LOOK_AGAIN_MS = 300;

const TASK = 'use a phone';

/** A phone that is off: 30003, unreachable. */
const OFF: Behaviour = { texts: { undelivered: 30003 }, calls: 'no-answer' };

/**
 * Takes a phone in hand. The sandbox is joined, or runs in this process so that others can join.
 *
 * @throws RelayPhoneError `needsUser` without a sandbox, or if another process has the phone in hand, `usage` if the
 *   account owns the number.
 */
export async function holdPhone(context: CommandContext, number: string): Promise<HeldPhone> {
  const folder = verifySandboxFolder(context, TASK);
  const lock = takePhone(folder, number);
  let joined: JoinedSandbox;
  try {
    joined = await joinOrHost(context, folder);
    await verifyIsPhone(joined.control, number);
  } catch (error) {
    lock.release();
    throw error;
  }
  const former = await joined.control.behaviour(number);
  const end = new AbortController();
  let reach: Reach = 'on';
  let blocked = former.blocked;
  const view = createPhoneView({ number, now: context.ports.now, isOff: () => reach === 'off' });
  const apply = () => joined.control.behave(number, { ...describeReach(reach, former), blocked });
  let position = await takeUp();

  /** @returns the position in the events at which the phone was taken in hand */
  async function takeUp(): Promise<string> {
    const { epoch, lastEventId } = await joined.control.state();
    for (const { sid, shown, direction, state, endedAt } of await joined.control.calls(number)) {
      if (endedAt === null && (state === 'calling' || state === 'ringing' || state === 'talking'))
        view.add({ sid, traceId: undefined, other: shown, direction, state });
    }
    await apply();
    return `${epoch}-${lastEventId}`;
  }

  async function watch(onEvent: (event: SandboxEvent) => void, notices: WatchNotices): Promise<void> {
    const { signal } = end;
    while (!signal.aborted) {
      try {
        await joined.control.watch(
          (event) => {
            onEvent(event);
            // Both forget how phones behave.
            if (event.kind === 'sandbox.reset' || event.kind === 'sandbox.restored')
              apply().catch(() => undefined);
          },
          { since: position, signal, onGap: ({ missed }) => notices.onMissed(missed) },
        );
      } catch (error) {
        if (signal.aborted) return;
        if (!notices.waits || !(error instanceof RelayPhoneError)) throw error;
        view.forgetCalls();
        notices.onStopped();
        const found = await waitForSandbox(context, folder, signal);
        if (!found) return;
        joined = found;
        position = await takeUp();
        notices.onRunning(found.origin);
      }
    }
  }

  const letGo = once(async () => {
    const { control, close } = joined;
    try {
      await hangUp(control, number, view);
      const { texts, calls, blocked: before } = former;
      await control.behave(number, { texts, calls, blocked: before });
    } catch (error) {
      // The sandbox may be gone.
      if (!(error instanceof RelayPhoneError)) throw error;
    } finally {
      end.abort();
      await close();
      lock.release();
    }
  });

  return {
    number,
    view,
    control: () => joined.control,
    failsOnUnsupported: () => joined.failsOnUnsupported,
    setReach: (next) => {
      reach = next;
      return apply();
    },
    setBlocked: (numbers) => {
      blocked = numbers;
      return apply();
    },
    blocked: () => blocked,
    watch,
    letGo,
  };
}

function describeReach(reach: Reach, { texts }: WholeBehaviour): Behaviour {
  if (reach === 'off') return OFF;
  return { texts, calls: reach === 'busy' ? 'busy' : 'no-answer' };
}

/** Two at one phone would give it back while the other still has it. */
function takePhone(folder: StateFolder, number: string) {
  const name = `phone-${number.replace('+', '')}`;
  const lock = findLock(folder, name, `phone ${number}`);
  if (lock) return lock;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `be the phone ${number}`,
    reason: `${describeHolder(findHolder(folder, name))} is that phone`,
    tryNext: [
      'relay-phone phone +12125550191, to be another phone',
      'end the other one with /quit or Ctrl-C',
    ],
  });
}

function joinOrHost(context: CommandContext, folder: StateFolder): Promise<JoinedSandbox> {
  return hostSandbox(folder, {
    ...waitForLock(context, 'phone'),
    onWriteFailed: warnOfLostWrites(context),
  });
}

/** @throws RelayPhoneError `usage` if the account owns the number. */
async function verifyIsPhone(control: ControlClient, number: string): Promise<void> {
  if (!(await control.numbers()).some((one) => one.number === number)) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `be the phone ${number}`,
    reason: 'the account owns that number, so it is not a phone',
    tryNext: ['relay-phone phone +12125550190'],
  });
}

/** Returns the sandbox once it runs again; undefined if `signal` is aborted first. */
async function waitForSandbox(
  { ports }: CommandContext,
  folder: StateFolder,
  signal: AbortSignal,
): Promise<JoinedSandbox | undefined> {
  while (!signal.aborted) {
    const joined = await findJoinable(folder).catch(() => undefined);
    if (joined) return joined;
    await ports.sleep(LOOK_AGAIN_MS);
  }
  return undefined;
}

async function hangUp(control: ControlClient, number: string, view: PhoneView): Promise<void> {
  for (const { sid, state } of view.calls()) {
    // The other side may have hung up meanwhile.
    await control.act(number, sid, state === 'ringing' ? 'reject' : 'hang-up').catch(ignoreUsage);
  }
}

function ignoreUsage(error: unknown): void {
  if (!(error instanceof RelayPhoneError && error.kind === 'usage')) throw error;
}
