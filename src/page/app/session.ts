// The session of a tab: how it gets the token of the page, and the event stream.
import type { PageModeReport } from '../server/source.js';
import { type EventFeed, startEventFeed } from './event-feed.js';
import type { FromWorker, ToWorker } from './feed-messages.js';

const KEY = 'relay-phone token';

/** Milliseconds for the other tabs to answer, and for the worker to take the token. */
const [JOIN_TIMEOUT_MS, ANSWER_TIMEOUT_MS] = [1000, 2000];

/** A tab with access. */
export interface TabSession {
  readonly token: string;
  /** Which screens there are; undefined if the token is from before. */
  readonly mode?: PageModeReport | undefined;
  /** Starts the messages of the stream. */
  listen(onMessage: (message: FromWorker) => void): void;
}

/** Opens the session; undefined if the tab has no code, no token from before, and no other tab has one. */
export async function openTabSession(workerUrl: string): Promise<TabSession | undefined> {
  const worker = openWorker(workerUrl);
  const redeemed = await redeemFragment();
  const token = redeemed?.token ?? sessionStorage.getItem(KEY) ?? (await worker?.join());
  if (!token) return undefined;
  sessionStorage.setItem(KEY, token);
  return {
    token,
    mode: redeemed?.mode,
    listen: (onMessage) => {
      const listenAlone = () => startEventFeed(token, onMessage);
      if (worker) worker.listen(token, onMessage, listenAlone);
      else listenAlone();
    },
  };
}

/** Forgets a token that is refused. */
export function closeSession(): void {
  sessionStorage.removeItem(KEY);
}

/** Redeems the code of the address, and removes it from the history. */
async function redeemFragment(): Promise<Redeemed | undefined> {
  const [, code] = /^#k=([\w-]+)$/.exec(location.hash) ?? [];
  if (code === undefined) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  const answer = await fetch('/api/session', { method: 'POST', body: code }).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as Redeemed) : undefined;
}

/** What the server gives for a code. */
interface Redeemed {
  readonly token: string;
  readonly mode: PageModeReport;
}

/** Returns the shared worker; undefined if the browser has none. */
function openWorker(url: string) {
  if (!('SharedWorker' in globalThis)) return undefined;
  const { port } = new SharedWorker(trust(url), { name: 'relay-phone' });
  const send = (message: ToWorker) => port.postMessage(message);
  return {
    join: () =>
      new Promise<string | null>((resolve) => {
        let isLate = false;
        setTimeout(() => {
          isLate = true;
          resolve(null);
        }, JOIN_TIMEOUT_MS);
        port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
          if (data.type !== 'token') return;
          resolve(data.token);
          if (!isLate || data.token === null) return;
          // The tab shows by now that it has no access.
          sessionStorage.setItem(KEY, data.token);
          location.reload();
        };
        send({ type: 'join' });
      }),
    listen: (token: string, onMessage: (message: FromWorker) => void, listenAlone: () => EventFeed) => {
      let alone: EventFeed | undefined;
      // A worker that ends with the tab before, while the only tab is loaded anew, never answers.
      const timer = setTimeout(() => {
        alone = listenAlone();
      }, ANSWER_TIMEOUT_MS);
      port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        clearTimeout(timer);
        if (alone) {
          alone.stop();
          alone = undefined;
          // The two streams are not at the same event: what is missing is loaded when the worker's is live.
          onMessage({ type: 'connection', connection: 'connecting' });
        }
        onMessage(data);
      };
      send({ type: 'token', token });
    },
  };
}

/** Where the browser demands it, only this policy makes a URL into a script. */
function trust(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  return trustedTypes.createPolicy('lab', { createScriptURL: (own) => own }).createScriptURL(url);
}

/** The part of https://developer.mozilla.org/docs/Web/API/Trusted_Types_API that is used. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}
