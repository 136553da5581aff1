// Streams to the page of a live account that webhooks were recorded, whichever gateway of the folder records them.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FollowStart } from '../../gateway/follow.js';
import { findRunningGateway } from '../../gateway/open.js';
import type { StateFolder } from '../../state/folder.js';

/** Milliseconds between two looks for a gateway, and without a message before a comment is sent. */
const [LOOK_AGAIN_MS, HEARTBEAT_MS] = [1000, 15_000] as const;

/**
 * Positions have the form of the sandbox's, `EPOCH-N`: a tab that was open when a sandbox had this port resumes at one of
 * those, and is sent a reset.
 */
const EPOCH = '0'.repeat(16);

/**
 * Sends server-sent events until one side closes: the id of each webhook that is recorded from `since` on, a gap for those
 * that are not kept any more, a reset if all before are gone, and whether a gateway records. One that ends is waited for.
 *
 * @param target with the position of the reader as `since`. Default: only what comes
 */
export async function streamGatewayExchanges(
  folder: StateFolder,
  outgoing: ServerResponse,
  target: string,
): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  outgoing.on('close', () => ending.abort());
  outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const send = (id: FollowStart, type: string, data: object) =>
    outgoing.write(`id: ${EPOCH}-${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  const asked = new URL(target, 'http://page').searchParams.get('since');
  let since = readPosition(asked);
  outgoing.write(`retry: ${LOOK_AGAIN_MS}\n\n`);
  if (asked !== null && asked !== `${EPOCH}-now` && since === 'now') send(0, 'reset', {});
  const heartbeat = setInterval(() => outgoing.write(':\n\n'), HEARTBEAT_MS);
  outgoing.on('close', () => clearInterval(heartbeat));
  let isRecording: boolean | undefined;
  while (!signal.aborted) {
    const gateway = findRunningGateway(folder);
    if (isRecording !== (gateway !== undefined)) {
      isRecording = gateway !== undefined;
      send(since, 'recording', { isRecording });
    }
    const onGap = (missed: number | null) => {
      if (missed === null) send(0, 'reset', {});
      else {
        since = typeof since === 'number' ? since + missed : since;
        send(since, 'gap', { missed });
      }
    };
    const onSummary = ({ id }: { readonly id: number }) => {
      since = id;
      send(id, 'exchange', { id });
    };
    if (gateway) since = await gateway.follow(since, { onSummary, onGap }, signal);
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Reads a position of this stream; that of another one is `now`. */
function readPosition(text: string | null): FollowStart {
  const [epoch, id = ''] = (text ?? '').split('-');
  return epoch === EPOCH && /^\d{1,15}$/.test(id) ? Number(id) : 'now';
}
