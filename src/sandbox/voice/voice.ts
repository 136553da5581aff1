// Twilio Voice: places calls for the REST API, receives calls to numbers of the account, and runs their TwiML.
import type { AccountStore } from '../accounts/account/store.js';
import type { AlertStore } from '../accounts/alerts/store.js';
import type { ApplicationStore } from '../accounts/applications/store.js';
import type { GeoPermissions } from '../accounts/geo-permissions/store.js';
import type { NumberStore, OwnedNumber } from '../numbers/incoming-phone-numbers/store.js';
import type { VerificationCall } from '../numbers/outgoing-caller-ids/routes.js';
import type { CallerIdStore } from '../numbers/outgoing-caller-ids/store.js';
import type { Clock } from '../platform/clock.js';
import type { Store } from '../platform/database.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { EventStream, TraceContext } from '../platform/events/stream.js';
import { STEP_MS } from '../platform/timers.js';
import type { WebhookDispatch } from '../webhooks/dispatch.js';
import { findDestination } from '../webhooks/settings.js';
import { CALLBACK_DELAY_MS } from '../webhooks/status-callbacks.js';
import type { Destination } from '../webhooks/webhook.js';
import { type ActiveCalls, createActiveCalls } from './active-calls.js';
import { type Call, type CallDraft, type CallStore, createCallStore } from './api/calls/store.js';
import { createRecordingStore, type RecordingStore } from './api/recordings/store.js';
import type { CallGateway, RemoteLine, RemoteParty } from './call-gateway.js';
import type { DocumentSource } from './execution/execution.js';
import { createDocumentRunner } from './execution/run-call.js';
import type { Leg } from './legs/leg.js';
import { createCallQueues } from './queues.js';
import type { CallStatusCallback } from './status-callbacks.js';
import { playKeys } from './verbs/keys.js';
import type { SmsDeps } from './verbs/sms.js';
import { verifyCallerId } from './verify-caller-id.js';

/** Twilio Voice, as the rest of the sandbox uses it. */
export interface Voice extends Pick<ActiveCalls, 'findLeg' | 'redirect' | 'stop'> {
  readonly calls: CallStore;
  readonly recordings: RecordingStore;
  /** Places a call for the REST API, and runs its TwiML once it is answered. @returns the queued call */
  placeCall(request: CallRequest): Call;
  /**
   * Receives a call to a number of the account and asks its app what to do. The call fails if the number has no voice
   * URL, or if one act has led to too many calls. See https://www.twilio.com/docs/voice/twiml#twilios-voice-requests.
   */
  receiveCall(numbers: CallNumbers, party: RemoteParty, trace?: TraceContext): void;
  /** Calls a number to verify it as a caller id. @returns the queued call */
  verifyCallerId(verification: VerificationCall): Call;
  /** Ends the calls that the table says are open, and forgets all queues; call it after a change from outside. */
  forget(): void;
}

/** The two numbers of an inbound call in E.164; `to` is a number of the account. */
export interface CallNumbers {
  readonly from: string;
  readonly to: string;
}

/** A call that the REST API asks for. */
export interface CallRequest {
  readonly draft: CallDraft;
  readonly source: DocumentSource;
  readonly statusCallback: CallStatusCallback | undefined;
  /** Keys to play after the answer. */
  readonly sendDigits: string;
  /** How long the call may ring. */
  readonly timeoutMs: number;
  /** How long the call may last. */
  readonly timeLimitMs: number;
  /** The request, as the cause of the call. */
  readonly trace: TraceContext;
}

/** What voice needs. */
export interface VoiceDeps {
  readonly accountSid: string;
  /** The origin of the sandbox: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventStream;
  readonly traces: OpenTraces;
  readonly accounts: AccountStore;
  readonly alerts: AlertStore;
  readonly applications: ApplicationStore;
  readonly numbers: NumberStore;
  readonly callerIds: CallerIdStore;
  readonly geoPermissions: Pick<GeoPermissions, 'isAllowed'>;
  readonly webhooks: WebhookDispatch;
  readonly phones: CallGateway;
  readonly sendSms: SmsDeps['sendSms'];
}

/** Opens voice on a database. Calls that an earlier process left open end. */
export function createVoice(deps: VoiceDeps): Voice {
  const { store, clock, events, applications, numbers, callerIds, phones } = deps;
  const calls = createCallStore(store);
  const recordings = createRecordingStore(store);
  const queues = createCallQueues();
  const runDocuments = createDocumentRunner({ ...deps, recordings, queues, openOutboundLeg });
  const active = createActiveCalls({ ...deps, calls }, runDocuments);

  /** Opens a leg to a phone, or to another number of the account. */
  function openOutboundLeg(
    draft: CallDraft,
    trace: TraceContext,
    statusCallback: CallStatusCallback | undefined,
  ): Leg {
    const { sender, recipient } = draft;
    const party = numbers.owned().has(recipient)
      ? reachOwnNumber({ from: sender, to: recipient }, receiveCall)
      : phones.reach(recipient, sender);
    return active.open({ draft, party, trace, statusCallback });
  }

  function placeCall(request: CallRequest): Call {
    const leg = openOutboundLeg(request.draft, request.trace, request.statusCallback);
    const stopWaiting = leg.onProgress(() => {
      stopWaiting();
      if (leg.ended.aborted) return;
      leg.limit(request.timeLimitMs);
      active.run(leg, request.source, async (signal) => {
        await leg.untilRingingReported(signal);
        await playKeys({ leg, signal }, request.sendDigits, { clock });
      });
    });
    leg.dial(request.timeoutMs, CALLBACK_DELAY_MS);
    return leg.call();
  }

  function receiveCall(
    { from, to }: CallNumbers,
    party: RemoteParty,
    trace: TraceContext = { traceId: events.newTrace(), cause: null },
  ): void {
    const number = numbers.findByNumber(to);
    const { voice, fallback, status } = findVoiceUrls(number, applications);
    const isLoop = active.isLoop(trace.traceId);
    const leg = active.open({
      draft: {
        sender: from,
        recipient: to,
        direction: 'inbound',
        parentSid: null,
        numberSid: number?.sid ?? null,
      },
      party,
      trace,
      statusCallback: status && { ...status, events: ['completed'] },
    });
    if (!voice || isLoop) clock.after(STEP_MS, () => leg.hangUp('failed'));
    else active.run(leg, { ...voice, fallback });
  }

  calls.endAll(clock.now());
  return {
    calls,
    recordings,
    placeCall,
    receiveCall,
    verifyCallerId: (verification) =>
      verifyCallerId({ clock, callerIds, phones, openOutboundLeg }, verification),
    findLeg: active.findLeg,
    redirect: active.redirect,
    stop: active.stop,
    forget: () => {
      calls.endAll(clock.now());
      queues.clear();
    },
  };
}

/** Where a number sends its webhooks about calls. */
interface VoiceUrls {
  readonly voice?: Destination | undefined;
  readonly fallback?: Destination | undefined;
  /** For status callbacks. */
  readonly status?: Destination | undefined;
}

/** The settings of a number's TwiML app replace all voice settings of the number. */
function findVoiceUrls(number: OwnedNumber | undefined, applications: ApplicationStore): VoiceUrls {
  if (!number) return {};
  const { voiceApplicationSid: sid } = number.settings;
  const used = (sid === undefined ? undefined : applications.find(String(sid))?.settings) ?? number.settings;
  return {
    voice: findDestination(used, 'voiceUrl', 'voiceMethod'),
    fallback: findDestination(used, 'voiceFallbackUrl', 'voiceFallbackMethod'),
    status: findDestination(used, 'statusCallback', 'statusCallbackMethod'),
  };
}

/**
 * The far end of a call from one number of the account to another. The second number receives a call of its own, and
 * whatever happens in one call happens in the other.
 */
function reachOwnNumber(numbers: CallNumbers, receiveCall: Voice['receiveCall']): RemoteParty {
  let outbound: RemoteLine | undefined;
  let inbound: RemoteLine | undefined;
  const inboundParty: RemoteParty = {
    attach: (line) => {
      inbound = line;
    },
    ring: () => undefined,
    callAnswered: () => outbound?.answer(),
    hear: (sound) => outbound?.send(sound),
    expectInput: () => undefined,
    callEnded: (status) => {
      if (status === 'completed') outbound?.hangUp();
      else outbound?.decline(status === 'busy' || status === 'failed' ? status : 'no-answer', 480);
    },
  };
  return {
    attach: (line) => {
      outbound = line;
    },
    ring: () => {
      outbound?.ringing();
      receiveCall(numbers, inboundParty, outbound?.trace());
    },
    callAnswered: () => undefined,
    hear: (sound) => inbound?.send(sound),
    expectInput: () => undefined,
    callEnded: () => inbound?.hangUp(),
  };
}
