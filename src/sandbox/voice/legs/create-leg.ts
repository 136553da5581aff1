// Makes one leg of a call: its file, its course, and who listens on it.
import type { TraceContext } from '../../platform/events/stream.js';
import type { World } from '../../world.js';
import type { CallDraft } from '../api/calls/store.js';
import { createSignal } from '../execution/wait.js';
import { openCallRecord } from './call-record.js';
import { createCallState } from './call-state.js';
import { createInputBuffer } from './input-buffer.js';
import { CallRedirected, type Leg } from './leg.js';
import type { RemoteParty } from './remote-party.js';
import { createProgressReport, type Reporting } from './status-callbacks.js';

/** What a leg is made of. */
export interface LegParts {
  readonly world: World;
  readonly draft: CallDraft;
  readonly party: RemoteParty;
  readonly thread: TraceContext;
  readonly reporting: Reporting | undefined;
}

/** Files a call, and makes a leg of it: an inbound one rings by then, an outbound one waits to be dialled. */
export function createLeg({ world, draft, party, thread, reporting }: LegParts): Leg {
  const file = openCallRecord(world, draft, thread);
  const progress = createProgressReport({ world, leg: file }, reporting);
  const course = createCallState({ world, file, party, progress });
  const ear = createInputBuffer();
  let away = createSignal();
  const { sid, emit } = file;
  const { over, ring, answer, hangUp } = course;
  party.join({
    sid,
    thread: file.thread,
    emit,
    ringing: ring,
    answer,
    decline: hangUp,
    utter: ear.hear,
    hangUp: () => hangUp('no-answer'),
  });
  return {
    ...file,
    ...course,
    get away() {
      return away.signal;
    },
    depart: () => {
      const left = away;
      away = createSignal();
      left.abort(new CallRedirected());
    },
    play: (sound) => {
      if (!over.aborted) party.hear(sound);
    },
    listen: ear.listen,
    hangUp: (unanswered = 'canceled') => hangUp(unanswered),
    report: progress.to,
  };
}
