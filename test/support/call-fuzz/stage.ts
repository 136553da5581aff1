// Opens a sandbox for the call fuzz test: its timers are counted, and its balance and calls can be read.
import { type Listening, listen } from '../../../src/http/listen.js';
import { type Composition, composeSandbox } from '../../../src/sandbox/compose.js';
import { type Clock, createManualClock } from '../../../src/sandbox/platform/clock.js';
import { openStore } from '../../../src/sandbox/platform/database.js';
import type { Call } from '../../../src/sandbox/voice/api/calls/store.js';

/** The numbers of the account, and the phones. */
export const [OWNED, PHONES] = [
  ['+12025550100', '+12025550101'],
  ['+12125550190', '+13015550195', '+14155550191'],
] as const;

/** A sandbox with a manual clock. */
export interface Stage extends Pick<Composition, 'sandbox' | 'voice'> {
  /** The number of timers that have not fired. */
  pendingTimers(): number;
  /** All calls, except those that were deleted. */
  calls(): Call[];
  /** The balance of the account in millionths of a dollar. */
  balance(): number;
  /** The number of alerts with an error code. */
  countAlerts(errorCode: number): number;
  /**
   * Sends a request to the REST API.
   *
   * @param path below that of the account, without `.json`
   * @param form `APP` at the start of a value is replaced by the origin of the app
   * @returns the status of the answer
   */
  rest(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<number>;
  close(): Promise<void>;
}

/** Opens a stage. @param app the origin of the app */
export async function openStage(app: string): Promise<Stage> {
  const store = openStore(':memory:');
  const manual = createManualClock(Date.UTC(2026, 0, 1));
  const { clock, pending } = countTimers(manual);
  let listening: Listening | undefined;
  const { listener, sandbox, stop, voice } = composeSandbox(
    {},
    {
      store,
      clock: { ...manual, ...clock },
      remoteAccess: { isRemote: false, hostNames: undefined },
      port: () => listening?.port ?? 0,
      publicOrigin: () => listening?.origin ?? '',
    },
  );
  listening = await listen(listener, { port: 0 });
  const { origin } = listening;
  const { accountSid, authToken } = sandbox;
  const calls = store.query<Call>('SELECT * FROM calls');
  const account = store.query<{ readonly balance: number }>('SELECT balance FROM account');
  const alerts = store.query('SELECT * FROM alerts WHERE errorCode = ?');
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  return {
    sandbox,
    voice,
    pendingTimers: () => pending.size,
    calls: () => calls.all(),
    balance: () => account.get()?.balance ?? Number.NaN,
    countAlerts: (errorCode) => alerts.all(errorCode).length,
    rest: async (method, path, form) => {
      const url = `${origin}/2010-04-01/Accounts/${accountSid}/${path}.json`;
      const fields = Object.entries(form ?? {}).map(([name, value]) => [name, value.replace(/^APP/, app)]);
      const body = form ? { body: new URLSearchParams(Object.fromEntries(fields)) } : {};
      const headers = { authorization: `Basic ${credentials}` };
      const answer = await fetch(url, { method, headers, ...body });
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
