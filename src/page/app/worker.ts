// The shared worker: all tabs of the page get its token and its one event stream from here.
import { type EventFeed, startEventFeed } from './event-feed.js';
import type { FromWorker, StreamState, ToWorker } from './feed-messages.js';

const tabs = new Set<MessagePort>();
let token: string | null = null;
let feed: EventFeed | undefined;
let connection: StreamState = 'connecting';

addEventListener('connect', (event) => {
  const [tab] = (event as MessageEvent).ports;
  if (!tab) return;
  tabs.add(tab);
  tab.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === 'token') useToken(data.token);
    tab.postMessage({ type: 'token', token } satisfies FromWorker);
    tab.postMessage({ type: 'connection', connection } satisfies FromWorker);
  };
});

function useToken(given: string): void {
  if (given === token && connection !== 'refused') return;
  feed?.stop();
  token = given;
  connection = 'connecting';
  feed = startEventFeed(given, broadcast);
}

function broadcast(message: FromWorker): void {
  if (message.type === 'connection') {
    connection = message.connection;
    if (connection === 'refused') token = null;
  }
  for (const tab of tabs) tab.postMessage(message);
}
