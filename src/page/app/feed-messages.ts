// The messages between the shared worker and the tabs of the page.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';

/** A message to the worker. */
export type ToWorker =
  /** The tab has redeemed a code, or kept the token from before. */
  | { readonly type: 'token'; readonly token: string }
  /** The tab is new: does another tab have the token? */
  | { readonly type: 'join' };

/** The state of the event stream. */
export type StreamState = 'connecting' | 'live' | 'lost' | 'refused';

/** A message of the worker. */
export type FromWorker =
  /** The token of the other tabs; null if there is none. */
  | { readonly type: 'token'; readonly token: string | null }
  | { readonly type: 'connection'; readonly connection: StreamState }
  | { readonly type: 'events'; readonly events: readonly SandboxEvent[] }
  /** Of a live account: whether a tunnel records webhooks now. */
  | { readonly type: 'recording'; readonly isRecording: boolean }
  /** Another run of the sandbox answers: everything before is gone. */
  | { readonly type: 'restarted' }
  /** How many events are not kept any more. */
  | { readonly type: 'gap'; readonly missed: number };
