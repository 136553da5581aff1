// The shared worker: all tabs of the page get its token and its one event stream from here.
import { startEventFeed } from './event-feed.js';
import type { FromWorker, StreamState, ToWorker } from './feed-messages.js';

/** The tabs with the same token, and the state of their stream. */
interface Channel {
  readonly tabs: Set<MessagePort>;
  connection: StreamState;
  /** The latest message of its kind: a tab that comes later needs it, too. */
  recording: FromWorker | undefined;
}

/** By token. A tab whose token is refused has a channel of its own, and does not take the others with it. */
const channels = new Map<string, Channel>();

addEventListener('connect', (event) => {
  const [tab] = (event as MessageEvent).ports;
  if (!tab) return;
  tab.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === 'join') tab.postMessage({ type: 'token', token: findToken() } satisfies FromWorker);
    else addTab(tab, data.token);
  };
});

function addTab(tab: MessagePort, token: string): void {
  const channel = channels.get(token) ?? openChannel(token);
  channel.tabs.add(tab);
  tab.postMessage({ type: 'connection', connection: channel.connection } satisfies FromWorker);
  if (channel.recording) tab.postMessage(channel.recording);
}

function openChannel(token: string): Channel {
  const channel: Channel = { tabs: new Set(), connection: 'connecting', recording: undefined };
  channels.set(token, channel);
  startEventFeed(token, (message) => {
    if (message.type === 'connection') channel.connection = message.connection;
    if (message.type === 'recording') channel.recording = message;
    if (channel.connection === 'refused') channels.delete(token);
    for (const tab of channel.tabs) tab.postMessage(message);
  });
  return channel;
}

/** Returns the token that new tabs get: one that was accepted, if there is one. */
function findToken(): string | null {
  const known = [...channels];
  const [token = null] = known.find(([, { connection }]) => connection === 'live') ?? known[0] ?? [];
  return token;
}
