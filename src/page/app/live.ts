// What the page of a live account knows: the recorded webhooks, and whether phone numbers are shown whole.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Api, createApi } from './api.js';
import type { TwimlFaults } from './exchange-outcome.js';
import { createExchangeLists, type ExchangePages } from './exchange-pages.js';
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
  /** Returns the list of a filter, such as `direction=webhook`: as far as it was loaded, and always the same one. */
  exchanges(filter: string): ExchangePages;
  /** What happened to what came before: it is gone, or some was missed; null if nothing. */
  readonly notice: Signal<string | null>;
  /** What is wrong in the TwiML of answers, as far as events are known. Undefined for a live account, which has none. */
  readonly twimlFaults?: ReadonlySignal<TwimlFaults>;
  /** Of a live account: whether numbers are shown whole. Nothing remembers it. Undefined in a sandbox. */
  readonly showsNumbers?: Signal<boolean>;
  /** Of a live account: whether a tunnel records webhooks now. Undefined until the server has said so, and in a sandbox. */
  readonly isRecording?: ReadonlySignal<boolean | undefined>;
}

/** What the page knows about a live account. */
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
  readonly isRecording: ReadonlySignal<boolean | undefined>;
  /** Shows numbers whole, or in part again: what was loaded is loaded anew. */
  showNumbers(isShown: boolean): void;
}

/** The lists of a live account: what was passed on to the app, and what was refused. */
export const LIVE_FILTERS = ['refused=false', 'refused=true'] as const;

/** Starts to listen. */
export function startLiveInspector(
  session: TabSession,
  account: LiveAccount,
  onRefused: () => void,
): LiveInspector {
  const showsNumbers = signal(false);
  const api = createApi(session.token, {
    restart: 'relay-phone tunnel',
    moreHeaders: () => (showsNumbers.value ? { 'Relay-Phone-Numbers': 'shown' } : undefined),
  });
  const exchanges = createExchangeLists(api);
  const connection = signal<StreamState>('connecting');
  const [heardAt, newestExchange] = [signal(Date.now()), signal(0)];
  const isRecording = signal<boolean | undefined>(undefined);
  const notice = signal<string | null>(null);
  const startAnew = () => {
    for (const filter of LIVE_FILTERS) void exchanges(filter).startAnew();
  };

  session.listen((message: FromWorker) => {
    if (message.type !== 'connection' || message.connection === 'live') heardAt.value = Date.now();
    if (message.type === 'gap')
      notice.value = `${message.missed.toLocaleString('en')} webhooks were missed: they are not kept`;
    if (message.type === 'restarted') {
      notice.value = 'The earlier webhooks are gone';
      startAnew();
    }
    if (message.type === 'recording') isRecording.value = message.isRecording;
    if (message.type === 'connection') {
      connection.value = message.connection;
      if (message.connection === 'refused') onRefused();
    }
    // After a cut, too: the list may have grown meanwhile.
    if (message.type !== 'connection' || message.connection === 'live') newestExchange.value += 1;
  });
  return {
    api,
    account,
    connection,
    heardAt,
    newestExchange,
    exchanges,
    notice,
    showsNumbers,
    isRecording,
    showNumbers: (isShown) => {
      showsNumbers.value = isShown;
      startAnew();
    },
  };
}
