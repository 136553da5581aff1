// What the page of a live account knows: the recorded webhooks, and whether phone numbers are shown whole.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Api, createApi } from './api.js';
import type { FromWorker, StreamState } from './feed-messages.js';
import type { TabSession } from './session.js';

/** What the list and the details of webhooks need, of a sandbox or of a live account. */
export interface Inspector {
  readonly api: Api;
  readonly connection: ReadonlySignal<StreamState>;
  /** When the stream was last heard of: its latest message, or its beginning, milliseconds since 1970. */
  readonly heardAt: ReadonlySignal<number>;
  /** Changes when a webhook or a request was recorded. */
  readonly newestExchange: ReadonlySignal<number>;
  /** What happened to what came before: it is gone, or some was missed; null if nothing. */
  readonly notice: Signal<string | null>;
  /** Of a live account: whether numbers are shown whole. Nothing remembers it. Undefined in a sandbox. */
  readonly showsNumbers?: Signal<boolean>;
}

/** What the page is told of a live account. */
export interface LiveAccount {
  readonly mode: 'live';
  readonly accountSid: string;
  /** Where the app is. */
  readonly app: string;
}

/** The state of the page of a live account. */
export interface LiveInspector extends Inspector {
  readonly account: LiveAccount;
  readonly showsNumbers: Signal<boolean>;
}

/** Starts to listen. */
export function startLiveInspector(
  session: TabSession,
  account: LiveAccount,
  onRefused: () => void,
): LiveInspector {
  const showsNumbers = signal(false);
  const api = createApi(session.token, () =>
    showsNumbers.value ? { 'Relay-Phone-Numbers': 'shown' } : undefined,
  );
  const connection = signal<StreamState>('connecting');
  const [heardAt, newestExchange] = [signal(Date.now()), signal(0)];
  const notice = signal<string | null>(null);

  session.listen((message: FromWorker) => {
    if (message.type !== 'connection' || message.connection === 'live') heardAt.value = Date.now();
    if (message.type === 'gap')
      notice.value = `${message.missed.toLocaleString('en')} webhooks were missed: they are not kept`;
    if (message.type === 'restarted') notice.value = 'The earlier webhooks are gone';
    if (message.type === 'connection') {
      connection.value = message.connection;
      if (message.connection === 'refused') onRefused();
    }
    // After a cut, too: the list may have grown meanwhile.
    newestExchange.value += 1;
  });
  return { api, account, connection, heardAt, newestExchange, notice, showsNumbers };
}
