// The course of one leg: it is dialled, rings, is answered, and ends, in good time.
import type { World } from '../../world.js';
import { alertOf } from '../execution/alert.js';
import { createTimers } from '../execution/timers.js';
import { createSignal, STEP_MS } from '../execution/wait.js';
import type { OpenCallRecord } from './call-record.js';
import { CallEnded } from './leg.js';
import type { FinalStatus, RemoteParty } from './remote-party.js';
import type { ProgressReport } from './status-callbacks.js';

/** SIP codes that status callbacks tell, by how a call ended. */
const SIP_CODES: Readonly<Record<FinalStatus, number>> = {
  completed: 200,
  busy: 486,
  failed: 404,
  'no-answer': 487,
  canceled: 487,
};

/** Milliseconds that a call may last at most: four hours, and in a trial ten minutes. */
const [LONGEST, LONGEST_TRIAL] = [14_400_000, 600_000];

/** How a leg gets on. */
export interface CallState {
  /** Aborts with CallEnded when it is over, with SandboxStopped when the sandbox is. */
  readonly over: AbortSignal;
  /** Calls the far end, `lead` milliseconds from now; gives up after `timeout` milliseconds. */
  dial(timeout: number, lead?: number): void;
  ring(): void;
  answer(): void;
  /** Ends it so many milliseconds after its answer; a new limit takes the old one's place. */
  limit(milliseconds: number): void;
  /** Ends it; one that nobody has answered ends as `unanswered`. */
  hangUp(unanswered: FinalStatus, sipCode?: number): void;
  /** Ends it without telling the app: the sandbox stops. */
  drop(reason: unknown): void;
  /** Calls back when it is answered, and when it is over. @returns how to stop */
  watch(watcher: () => void): () => void;
}

/** What a course is made of. */
export interface CallStateDeps {
  readonly world: World;
  readonly file: OpenCallRecord;
  readonly party: RemoteParty;
  readonly progress: ProgressReport;
}

/** Starts the course of a leg whose file was just opened. */
export function createCallState({ world, file, party, progress }: CallStateDeps): CallState {
  const { now } = world.clock;
  const over = createSignal();
  const timers = createTimers(world.clock);
  const watchers = new Set<() => void>();
  const isTrial = world.accounts.fixed.type === 'Trial';
  let longest = LONGEST;
  let stopLimit = () => {};

  function tellWatchers(): void {
    for (const watch of [...watchers]) watch();
  }

  function dial(timeout: number, lead = STEP_MS): void {
    timers.after(lead, () => {
      file.move({ startedAt: now() });
      progress.tell('initiated');
      timers.after(timeout, () => file.call().answeredAt ?? finish('no-answer'));
      party.ring();
    });
  }

  function ring(): void {
    if (over.signal.aborted) return;
    file.move({ status: 'ringing' });
    progress.tell('ringing');
  }

  function answer(): void {
    if (over.signal.aborted || file.call().answeredAt !== null) return;
    file.move({ status: 'in-progress', answeredAt: now() });
    if (file.call().direction === 'inbound') party.answered();
    progress.tell('answered');
    limit(longest);
    tellWatchers();
  }

  function limit(milliseconds: number): void {
    longest = milliseconds;
    stopLimit();
    const { answeredAt } = file.call();
    if (answeredAt === null) return;
    const isCut = isTrial && longest > LONGEST_TRIAL;
    const end = answeredAt + (isCut ? LONGEST_TRIAL : longest);
    stopLimit = timers.after(Math.max(0, end - now()), () => {
      if (isCut)
        alertOf({ world, leg: file }, undefined, 13805, 'The call of a trial account took ten minutes');
      finish('completed');
    });
  }

  function finish(status: FinalStatus, sipCode = SIP_CODES[status]): void {
    if (over.signal.aborted) return;
    end(status, new CallEnded(status));
    // What never left the queue is nothing to tell of.
    if (file.call().startedAt !== null) progress.tell('completed', sipCode);
  }

  function end(status: FinalStatus, reason: unknown): void {
    timers.end();
    file.close(status);
    over.abort(reason);
    party.ended(status);
    tellWatchers();
  }

  return {
    over: over.signal,
    dial,
    ring,
    answer,
    limit,
    hangUp: (unanswered, sipCode) =>
      file.call().answeredAt === null ? finish(unanswered, sipCode) : finish('completed'),
    drop: (reason) => {
      if (!over.signal.aborted) end(file.call().answeredAt === null ? 'failed' : 'completed', reason);
    },
    watch: (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
}
