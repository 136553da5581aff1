// How each phone behaves, in its table.
import type { Store } from '../store/database.js';
import { type Behaviour, verifyBehaviour } from './behaviour.js';

/** How all phones behave. */
export interface BehaviourBook {
  /** How a phone (in E.164) behaves; well, unless it was told otherwise. */
  of(number: string): Required<Behaviour>;
  /** Changes that; what is missing stays. @throws RelayPhoneError `usage` when it makes no sense. */
  change(number: string, behaviour: Behaviour): void;
  /** Says that the table was emptied from outside. */
  forget(): void;
}

interface Row {
  readonly number: string;
  readonly texts: 'delivered' | 'silent' | 'undelivered';
  readonly errorCode: number | null;
  readonly callbacks: Required<Behaviour>['callbacks'];
  readonly calls: Required<Behaviour>['calls'];
}

const WELL: Required<Behaviour> = { texts: 'delivered', callbacks: 'once', calls: 'answers' };

/** Opens the table. */
export function createBehaviourBook(store: Store): BehaviourBook {
  const all = store.query<Row>('SELECT * FROM phones');
  const write = store.query(
    'INSERT OR REPLACE INTO phones (number, texts, errorCode, callbacks, calls) VALUES (?, ?, ?, ?, ?)',
  );
  // Every text that arrives asks, and nobody else can change the table while we have it open.
  let known: Map<string, Required<Behaviour>> | undefined;
  const read = () => {
    known ??= new Map(all.all().map((row) => [row.number, readRow(row)]));
    return known;
  };
  const of = (number: string) => read().get(number) ?? WELL;
  return {
    of,
    change: (number, behaviour) => {
      const whole = { ...of(number), ...verifyBehaviour(behaviour) };
      write.run(number, ...formatFate(whole.texts), whole.callbacks, whole.calls);
      read().set(number, whole);
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** The two columns that say what becomes of texts. */
function formatFate(texts: Required<Behaviour>['texts']): [string, number | null] {
  return typeof texts === 'object' ? ['undelivered', texts.undelivered] : [texts, null];
}

function readRow({ texts, errorCode, callbacks, calls }: Row): Required<Behaviour> {
  return { texts: texts === 'undelivered' ? { undelivered: errorCode ?? 0 } : texts, callbacks, calls };
}
