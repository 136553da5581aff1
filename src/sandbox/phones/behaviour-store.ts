// How each phone behaves, in its table.
import type { Store } from '../platform/database.js';
import { type Behaviour, changeBehaviour, type WholeBehaviour } from './behaviour.js';

/** How all phones behave. */
export interface BehaviourStore {
  /** How a phone (in E.164) behaves; well, unless it was told otherwise. */
  of(number: string): WholeBehaviour;
  /** Changes that; what is missing stays. @throws RelayPhoneError `usage` when it makes no sense. */
  change(number: string, behaviour: Behaviour): void;
  /** Says that the table was emptied from outside. */
  forget(): void;
}

interface Row {
  readonly number: string;
  readonly texts: 'delivered' | 'silent' | 'undelivered';
  readonly errorCode: number | null;
  readonly callbacks: WholeBehaviour['callbacks'];
  readonly calls: WholeBehaviour['calls'];
  readonly callerId: WholeBehaviour['callerId'];
  readonly slow: number;
}

const WELL: WholeBehaviour = {
  texts: 'delivered',
  callbacks: 'once',
  calls: 'answers',
  callerId: 'shown',
  slow: 0,
};

/** Opens the table. */
export function createBehaviourStore(store: Store): BehaviourStore {
  const all = store.query<Row>('SELECT * FROM phones');
  const write = store.query(
    `INSERT OR REPLACE INTO phones (number, texts, errorCode, callbacks, calls, callerId, slow)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  // Every text that arrives asks, and nobody else can change the table while we have it open.
  let known: Map<string, WholeBehaviour> | undefined;
  const read = () => {
    known ??= new Map(all.all().map((row) => [row.number, readRow(row)]));
    return known;
  };
  const of = (number: string) => read().get(number) ?? WELL;
  return {
    of,
    change: (number, behaviour) => {
      const whole = changeBehaviour(of(number), behaviour);
      const { texts, callbacks, calls, callerId, slow } = whole;
      write.run(number, ...formatFate(texts), callbacks, calls, callerId, slow);
      read().set(number, whole);
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** The two columns that say what becomes of texts. */
function formatFate(texts: WholeBehaviour['texts']): [string, number | null] {
  return typeof texts === 'object' ? ['undelivered', texts.undelivered] : [texts, null];
}

function readRow({ texts, errorCode, callbacks, calls, callerId, slow }: Row): WholeBehaviour {
  const fate = texts === 'undelivered' ? { undelivered: errorCode ?? 0 } : texts;
  return { texts: fate, callbacks, calls, callerId, slow };
}
