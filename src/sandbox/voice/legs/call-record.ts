// The record of one call: its row and its trace, and the events, alerts and webhooks about it.
import type { AccountStore } from '../../accounts/account/store.js';
import type { AlertStore } from '../../accounts/alerts/store.js';
import { readGeography } from '../../numbers/geography.js';
import type { Clock } from '../../platform/clock.js';
import type { Store } from '../../platform/database.js';
import type { EventFields, WebhookPurpose } from '../../platform/events/event.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import type { TextPosition } from '../../platform/sandbox-alert.js';
import { SandboxStopped, type WebhookDispatch } from '../../webhooks/dispatch.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { Destination, Webhook, WebhookResult } from '../../webhooks/webhook.js';
import { type Call, type CallDraft, type CallStore, findPrice } from '../api/calls/store.js';
import type { FinalStatus } from '../call-gateway.js';

/** The record of a call, as everything that reports about the call sees it. */
export interface CallRecord {
  readonly sid: string;
  /** The row as it is now. */
  call(): Call;
  /** Aborts when the sandbox is reset or closed: nothing may be written about the call afterwards. */
  readonly stopSignal: AbortSignal;
  /** The trace of the call, and its latest event as the cause of the next. */
  trace(): TraceContext;
  /** Makes a request of the app the cause of the next event. */
  causedBy(request: TraceContext): void;
  /** Adds an event to the trace. */
  emit(event: EventFields): void;
  /** Adds an alert to Monitor and an event to the trace. The code is one of https://www.twilio.com/docs/api/errors. */
  alert(errorCode: number, message: string, details?: AlertDetails): void;
  /**
   * Returns the parameters of https://www.twilio.com/docs/voice/twiml#request-parameters.
   *
   * @param status the `CallStatus`; default: that of the row
   */
  formatParameters(status?: Call['status'] | 'initiated'): Parameter[];
  /**
   * Sends a webhook and waits for its answer, which becomes the cause of the next event.
   *
   * @throws SandboxStopped when the sandbox is reset or closed meanwhile. A webhook that fails does not throw.
   */
  askApp<Outcome>(webhook: CallWebhook, accept: Webhook<Outcome>['accept']): Promise<WebhookResult<Outcome>>;
  /** Sends a webhook whose answer is ignored. Resolves when it has ended, however it ended. */
  notifyApp(webhook: CallWebhook): Promise<void>;
}

/** A record that can be written. */
export interface WritableCallRecord extends CallRecord {
  update(changes: Partial<Call>): void;
  /** Ends the call and charges the account for it. */
  close(status: FinalStatus): void;
}

/** A webhook about a call. */
export interface CallWebhook extends Destination {
  readonly purpose: WebhookPurpose;
  readonly parameters: readonly Parameter[];
  /** Requested instead if the webhook fails. */
  readonly fallback?: Destination | undefined;
  /** Its cause. Default: the latest event of the call. */
  readonly trace?: TraceContext;
}

/** The optional details of an alert. */
export interface AlertDetails {
  /** The URL of the document that the alert is about. */
  readonly url?: string | undefined;
  /** Default `error`. */
  readonly logLevel?: 'error' | 'warning';
  /** Where the document is wrong. */
  readonly position?: TextPosition | undefined;
}

/** What records need. */
export interface CallRecordDeps {
  readonly accountSid: string;
  readonly accounts: Pick<AccountStore, 'charge'>;
  readonly alerts: Pick<AlertStore, 'add'>;
  readonly calls: CallStore;
  readonly clock: Clock;
  readonly events: Pick<EventStream, 'emit'>;
  readonly store: Pick<Store, 'transaction'>;
  readonly webhooks: Pick<WebhookDispatch, 'send' | 'stopSignal'>;
}

/** Inserts a call and opens its record. An inbound call is `ringing` from the start, an outbound call is `queued`. */
export function openCallRecord(
  { accountSid, accounts, alerts, calls, clock, events, store, webhooks }: CallRecordDeps,
  draft: CallDraft,
  { traceId, cause: firstCause }: TraceContext,
): WritableCallRecord {
  const { sender, recipient, direction, parentSid } = draft;
  const isInbound = direction === 'inbound';
  const stopSignal = webhooks.stopSignal();
  let call = calls.insert(draft, clock.now());
  let cause = firstCause;
  const { sid } = call;
  const trace = (): TraceContext => ({ traceId, cause });
  const numbers = isInbound ? ([sender, recipient] as const) : ([recipient, sender] as const);

  function emit(event: EventFields): void {
    cause = events.emit({ ...event, traceId, cause });
  }

  function update(changes: Partial<Call>): void {
    call = { ...call, ...changes, updatedAt: clock.now() };
    calls.update(call, call.updatedAt);
    if (changes.status) emit({ kind: 'call.status', sid, status: changes.status });
  }

  function send<Outcome>(
    webhook: CallWebhook,
    accept: Webhook<Outcome>['accept'],
  ): Promise<WebhookResult<Outcome>> {
    const about = { sid, serviceSid: null, numbers, stopSignal, trace: trace() };
    return clock.during(webhooks.send({ ...about, ...webhook, accept }));
  }

  emit({ kind: 'call.started', sid, parentSid, direction, from: sender, to: recipient });
  if (isInbound) update({ status: 'ringing', startedAt: clock.now() });

  return {
    sid,
    call: () => call,
    stopSignal,
    trace,
    causedBy: (request) => {
      if (request.traceId === traceId) cause = request.cause;
    },
    emit,
    alert: (errorCode, message, { url, logLevel = 'error', position } = {}) => {
      const about = { resourceSid: sid, ...(url !== undefined && { requestUrl: url }), position };
      alerts.add({ errorCode, logLevel, message, ...about });
      const { line = null, column = null } = position ?? {};
      emit({ kind: 'twiml.alert', sid, url: url ?? null, logLevel, errorCode, message, line, column });
    },
    formatParameters: (status = call.status) => formatCallParameters(accountSid, call, status),
    askApp: async (webhook, accept) => {
      const result = await send(webhook, accept);
      cause = result.event;
      return result;
    },
    notifyApp: async (webhook) => {
      try {
        await send(webhook, () => undefined);
      } catch (error) {
        if (!(error instanceof SandboxStopped)) throw error;
      }
    },
    update,
    close: (status) => {
      const endedAt = clock.now();
      const price = findPrice({ ...call, endedAt });
      store.transaction(() => {
        update({ status, endedAt, price });
        if (price !== null) accounts.charge(price);
      });
    },
  };
}

function formatCallParameters(
  accountSid: string,
  { sid, sender, recipient, parentSid, direction }: Call,
  status: string,
): Parameter[] {
  return [
    ['AccountSid', accountSid],
    ['ApiVersion', '2010-04-01'],
    ['CallSid', sid],
    ['CallStatus', status],
    ...formatNumber('Called', recipient),
    ...formatNumber('Caller', sender),
    ['Direction', direction],
    ...formatNumber('From', sender),
    ...(parentSid === null ? [] : ([['ParentCallSid', parentSid]] as const)),
    ...formatNumber('To', recipient),
  ];
}

function formatNumber(name: string, number: string): Parameter[] {
  const { city, state, zip, country } = readGeography(number);
  return [
    [name, number],
    [`${name}City`, city],
    [`${name}State`, state],
    [`${name}Zip`, zip],
    [`${name}Country`, country],
  ];
}
