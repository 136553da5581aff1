// Reads a trace of the sandbox, and writes it as a story for `relay-phone play`.

import { mayHaveUserApi } from '../../firefox-relay/recognize-app.js';
import { isLoopback } from '../../origin.js';
import { type ControlClient, createControlClient } from '../../sandbox/control/client.js';
import type { ControlAddress } from '../../sandbox/control/send.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import type { EventOf } from '../../sandbox/traces/facts.js';
import { isMaskWebhook } from '../../scenarios/record/recorded-webhook.js';
import { type TraceMoment, writeTraceStory } from '../../scenarios/record/write-trace-story.js';

/** A story as YAML, or why the trace cannot be one. */
export type TraceStory = { readonly story: string } | { readonly reason: string };

/** More events than any trace has that somebody plays. */
const MAX_EVENTS = 10_000;

/**
 * Returns a function that writes the story of a trace.
 *
 * @param secrets values that must not appear in a story
 */
export function createTraceStories(
  address: ControlAddress,
  secrets: readonly string[],
): (traceId: string) => Promise<TraceStory> {
  const control = createControlClient(address);
  return async (traceId) => {
    const events = await listEvents(control, traceId);
    const [first] = events;
    if (!first) return { reason: 'none of its events is kept any more' };
    if (first.cause !== null) return { reason: 'its first events are not kept any more' };
    const { clock } = await control.state();
    const moments = events.flatMap((event) => readMoment(event, events));
    const isMask = await hasMask(events);
    const story = writeTraceStory({ moments, isMask, isClockManual: clock.mode === 'manual', secrets });
    return story === undefined ? { reason: describeStart(first) } : { story };
  };
}

/**
 * Whether the app is Firefox Relay. Another app may have the same paths, so an app on this machine is asked. A public
 * address leads through a tunnel, which lets webhooks through and no such question.
 */
async function hasMask(events: readonly SandboxEvent[]): Promise<boolean> {
  const webhook = events.find(
    (event) => event.kind === 'webhook.sent' && isMaskWebhook({ path: pathOf(event.url) }),
  );
  if (webhook?.kind !== 'webhook.sent') return false;
  const { origin, hostname } = new URL(webhook.url);
  return !isLoopback(hostname) || (await mayHaveUserApi(origin));
}

/** In the order of their ids. */
async function listEvents(control: ControlClient, traceId: string): Promise<readonly SandboxEvent[]> {
  const events = await control.events({ traceId, limit: MAX_EVENTS });
  return events.toSorted((one, other) => one.id - other.id);
}

function describeStart({ kind }: SandboxEvent): string {
  const start =
    kind === 'request.in' || kind === 'fault.hit'
      ? 'this trace begins with a request of the app'
      : kind === 'webhook.began'
        ? 'this trace is a replay'
        : 'no phone texts or calls in this trace';
  return `${start}, and a story begins with a phone that texts or calls`;
}

/** Returns what a story does or expects at an event; nothing for most. @param all of the trace */
function readMoment(event: SandboxEvent, all: readonly SandboxEvent[]): TraceMoment[] {
  const at = Date.parse(event.at);
  switch (event.kind) {
    case 'phone.texts': {
      const { from: phone, to: number, body, mediaUrls } = event;
      return [{ at, kind: 'text', phone, number, body, media: mediaUrls.length }];
    }
    case 'call.started':
      return readCall(event, all);
    case 'phone.call':
      return readAct(event, all);
    case 'webhook.sent': {
      const { purpose, status, errorCode, verdict, url } = event;
      const isKnown = purpose === 'inbound-text' || purpose === 'call';
      if (!isKnown || verdict === 'redirected' || verdict === 'challenged') return [];
      return [{ at, kind: 'webhook', purpose, path: pathOf(url), status, errorCode }];
    }
    case 'text.reached-phone': {
      const { to: phone, from: number, body, mediaUrls } = event;
      return [{ at, kind: 'text reached', phone, number, body, media: mediaUrls.length }];
    }
    case 'text.status': {
      const { status, errorCode, sid } = event;
      const queued = all.find((one) => one.kind === 'text.queued' && one.sid === sid);
      if ((status !== 'undelivered' && status !== 'failed') || errorCode === null) return [];
      if (queued?.kind !== 'text.queued') return [];
      return [{ at, kind: 'text lost', phone: queued.to, number: queued.from, status, errorCode }];
    }
    case 'unsupported':
      return [{ at, kind: 'lacks', name: event.name }];
    default:
      return [];
  }
}

/** A call of a phone begins a trace; a call that something caused is another leg. */
function readCall(event: EventOf<'call.started'>, all: readonly SandboxEvent[]): TraceMoment[] {
  const { direction, cause, from, to: number, sid } = event;
  if (direction !== 'inbound' || cause !== null) return [];
  const isCallerIdWithheld = !/^\+?\d+$/.test(from);
  const act = all.find((one) => one.kind === 'phone.call' && one.sid === sid);
  const phone = isCallerIdWithheld && act?.kind === 'phone.call' ? act.phone : from;
  return [{ at: Date.parse(event.at), kind: 'call', phone, number, isCallerIdWithheld }];
}

function readAct(event: EventOf<'phone.call'>, all: readonly SandboxEvent[]): TraceMoment[] {
  const { phone, act, sid } = event;
  const [at, detail] = [Date.parse(event.at), event.detail ?? ''];
  switch (act) {
    case 'rings':
    case 'is busy':
      return [{ at, kind: 'rings', phone, shown: detail, calls: findReaction(phone, sid, all) }];
    case 'hears':
      return [{ at, kind: 'hears', phone, content: detail }];
    case 'presses':
      return [{ at, kind: 'keys', phone, content: detail }];
    case 'says':
      return [{ at, kind: 'words', phone, content: detail }];
    case 'hangs up':
      return [{ at, kind: 'hang up', phone }];
    default:
      return [];
  }
}

function findReaction(phone: string, sid: string, all: readonly SandboxEvent[]) {
  const acts = all.flatMap((one) =>
    one.kind === 'phone.call' && one.phone === phone && one.sid === sid ? [one.act] : [],
  );
  if (acts.includes('answers')) return 'answers';
  if (acts.includes('rejects')) return 'rejects';
  return acts.includes('is busy') ? 'busy' : 'no-answer';
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return '/';
  const { pathname, search } = new URL(url);
  return pathname + search;
}
