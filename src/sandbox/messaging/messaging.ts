// Programmable Messaging: composes the parts through which every text passes.
import type { AccountStore } from '../accounts/account/store.js';
import type { AlertStore } from '../accounts/alerts/store.js';
import type { ApplicationStore } from '../accounts/applications/store.js';
import type { ComplianceStore } from '../accounts/compliance/store.js';
import type { GeoPermissions } from '../accounts/geo-permissions/store.js';
import type { NumberStore } from '../numbers/incoming-phone-numbers/store.js';
import type { Clock } from '../platform/clock.js';
import type { Store } from '../platform/database.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { EventStream, TraceContext } from '../platform/events/stream.js';
import type { WebhookDispatch } from '../webhooks/dispatch.js';
import type { WebhookNetwork } from '../webhooks/http-request.js';
import type { MediaStore } from './api/media/store.js';
import { readMessageForm } from './api/messages/create-form.js';
import type { MessageStore } from './api/messages/store.js';
import type { SenderPool } from './api/sender-pool/store.js';
import type { ServiceStore } from './api/services/store.js';
import { createDelivery, type Delivery } from './delivery/delivery.js';
import { sendTextFromCall, type TextFromCall, type TextFromCallOutcome } from './from-call.js';
import { sendTextFromPhone } from './inbound/from-phone.js';
import { createInboundMessages, type InboundMessages } from './inbound/inbound.js';
import { createMediaFetcher } from './media/fetch-media.js';
import type { OptOutStore } from './opt-outs/opt-outs.js';
import { prepareScheduled } from './scheduling.js';
import { createMessageStatusCallbacks } from './status-callbacks.js';
import { createLoopGuard, createSubmit, type Submit } from './submit.js';
import type { MediaLink, SentText, TextGateway, TextUnderway } from './text-gateway.js';
import { createMessagingTwimlRunner } from './twiml-runner.js';

/** What messaging needs; each of its parts takes only a few of these. */
export interface MessagingDeps {
  readonly accountSid: string;
  /** Whether status callbacks to private hosts are refused, as Twilio does. */
  readonly strict: boolean;
  readonly store: Store;
  readonly clock: Clock;
  readonly now: () => number;
  readonly events: EventStream;
  readonly traces: OpenTraces;
  readonly accounts: Pick<AccountStore, 'fixed' | 'charge'>;
  readonly applications: Pick<ApplicationStore, 'find'>;
  readonly alerts: AlertStore;
  readonly compliance: ComplianceStore;
  readonly geoPermissions: Pick<GeoPermissions, 'isAllowed'>;
  readonly numbers: Pick<NumberStore, 'findByNumber' | 'owned'>;
  readonly webhooks: WebhookDispatch;
  readonly network: WebhookNetwork;
  readonly messages: MessageStore;
  readonly media: MediaStore;
  readonly linkMedia: (messageSid: string) => readonly MediaLink[];
  readonly services: ServiceStore;
  readonly pool: SenderPool;
  readonly optOuts: OptOutStore;
  readonly phones: TextGateway;
}

/** Messaging, as the rest of the sandbox uses it. */
export interface Messaging {
  readonly submit: Submit;
  /** Ends the wait of a scheduled message whose row was canceled, and reports the change. */
  cancel(sid: string): void;
  /**
   * Sends a text from a phone to a number of the account. Resolves when the text has left the phone.
   *
   * @throws RelayPhoneError `usage` if it cannot be sent, `interrupted` if the sandbox stops meanwhile.
   */
  sendFromPhone(text: SentText): Promise<TextUnderway>;
  /** Sends the text of a `<Sms>` in a call; `trace` names its cause. */
  sendFromCall(sms: TextFromCall, trace: TraceContext): TextFromCallOutcome;
  /** Drops the status callbacks that wait. */
  stop(): void;
  /** Drops the caches and resumes the in-flight messages; call it after the tables were changed from outside. */
  reload(): void;
}

/**
 * Starts messaging, and resumes the messages that an earlier process left in flight. Texts move in a circle: submit a
 * message, deliver it to a phone or to a number of the account, send the webhook for an inbound text, and submit the
 * replies in its TwiML.
 */
export function createMessaging(deps: MessagingDeps): Messaging {
  const statusCallbacks = createMessageStatusCallbacks(deps);
  const loopGuard = createLoopGuard(deps.now);
  const delivery: Delivery = createDelivery({
    ...deps,
    statusCallbacks,
    fetchMedia: createMediaFetcher(deps),
    prepareScheduled: (message) => prepareScheduled(message, deps),
    // The one reference forward, where the circle closes.
    receive: (message, trace) => inbound.receiveOwn(message, trace),
  });
  const submit = createSubmit({ ...deps, delivery, loopGuard });
  const runTwiml = createMessagingTwimlRunner({
    ...deps,
    sendReply: (form, trace) => submit(readMessageForm(form, 'outbound-reply', deps), trace),
  });
  const inbound: InboundMessages = createInboundMessages({ ...deps, runTwiml });
  return {
    submit,
    cancel: delivery.cancel,
    sendFromPhone: (text) => sendTextFromPhone(text, { ...deps, inbound }),
    sendFromCall: (sms, trace) =>
      sendTextFromCall(sms, (form) => submit(readMessageForm(form, 'outbound-call', deps), trace)),
    stop: statusCallbacks.clear,
    reload: () => {
      deps.messages.forget();
      deps.optOuts.forget();
      loopGuard.forget();
      delivery.reload();
    },
  };
}
