// A world whose timers are counted, served over HTTP, with an app behind two of its numbers.

import { listen } from '../../../src/http/listen.js';
import { composeSandbox } from '../../../src/sandbox/compose.js';
import { type Clock, createManualClock, type SandboxClock } from '../../../src/sandbox/platform/clock.js';
import { openStore } from '../../../src/sandbox/platform/database.js';
import type { Call } from '../../../src/sandbox/voice/api/calls/store.js';
import type { World } from '../../../src/sandbox/world.js';

/** The numbers of the account, and the phones that nobody owns. */
export const [OWNED, PHONES] = [
  ['+12025550100', '+12025550101'],
  ['+12125550190', '+13015550195', '+14155550191'],
] as const;

/** A world, seen from inside. */
export interface Stage {
  readonly world: World;
  readonly clock: SandboxClock;
  /** How many timers wait. */
  pendingTimers(): number;
  /** All calls that were not deleted. */
  calls(): Call[];
  /**
   * Asks the REST API.
   *
   * @param path below the account's, without `.json`
   * @param form in it, `APP` stands for where the app is
   * @returns the status
   */
  rest(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<number>;
  close(): Promise<void>;
}

/** Opens one, with a manual clock. @param app where the app is */
export async function openStage(app: string): Promise<Stage> {
  const store = openStore(':memory:');
  const manual = createManualClock(Date.UTC(2026, 0, 1));
  const { clock, pending } = countTimers(manual);
  let origin = '';
  const { listener, world, stop } = composeSandbox(
    {},
    { store, clock, sandboxClock: manual, origin: () => origin },
  );
  const listening = await listen(listener, { port: 0 });
  origin = listening.origin;
  const all = store.query<Call>('SELECT * FROM calls');
  const credentials = Buffer.from(`${world.accountSid}:${world.authToken}`).toString('base64');
  return {
    world,
    clock: manual,
    pendingTimers: () => pending.size,
    calls: () => all.all(),
    rest: async (method, path, form) => {
      const address = `${origin}/2010-04-01/Accounts/${world.accountSid}/${path}.json`;
      const said = Object.entries(form ?? {}).map(([name, value]) => [name, value.replace(/^APP/, app)]);
      const body = form ? { body: new URLSearchParams(Object.fromEntries(said)) } : {};
      const headers = { authorization: `Basic ${credentials}` };
      const answer = await fetch(address, { method, headers, ...body });
      await answer.text();
      return answer.status;
    },
    close: async () => {
      await listening.close();
      await stop();
      store.close();
    },
  };
}

function countTimers(inner: Clock): { clock: Clock; pending: Set<object> } {
  const pending = new Set<object>();
  const after: Clock['after'] = (delay, work) => {
    const timer = {};
    pending.add(timer);
    const cancel = inner.after(delay, () => {
      pending.delete(timer);
      work();
    });
    return () => {
      pending.delete(timer);
      cancel();
    };
  };
  return { clock: { ...inner, after }, pending };
}
