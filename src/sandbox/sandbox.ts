// The library's contract: the options of a sandbox, and what a running one can do.
import type { ExchangeFilter } from '../exchanges/exchange.js';
import type { ReplayEdits } from '../exchanges/replay-edits.js';
import type { ExchangeReport, FullExchangeReport } from '../exchanges/report.js';
import type { Interception } from '../http/intercept.js';
import type { AccountOptions, TokenSource } from './accounts/account/store.js';
import type { Compliance, SenderCompliance } from './accounts/compliance/store.js';
import type { TestCredentials } from './accounts/test-credentials/routes.js';
import type { OptOut } from './messaging/opt-outs/opt-outs.js';
import type { SentText, TextOutcome } from './messaging/text-gateway.js';
import type { NumberOptions } from './numbers/incoming-phone-numbers/provision.js';
import type { NumberSummary } from './numbers/incoming-phone-numbers/summaries.js';
import type { PhoneCall } from './phones/calls/phone-call.js';
import type { CheckedAssertion } from './phones/exposure/assertions.js';
import type { NumberExposure } from './phones/exposure/find-exposures.js';
import type { PhoneSummary, SandboxPhone } from './phones/phones.js';
import type { SandboxClock } from './platform/clock.js';
import type { SandboxEvent } from './platform/events/event.js';
import type { EventFilter, EventPredicate } from './platform/events/search.js';
import type { UnsupportedUse } from './platform/events/unsupported-use.js';
import type { SandboxAlert } from './platform/sandbox-alert.js';
import type { ProgramEnvironment } from './proxy/environment.js';
import type { SdkHttpClient } from './proxy/sdk-client.js';
import type { Fault, FaultRule } from './server/faults.js';
import type { RecordedRequest } from './server/request-log.js';
import type { KnownTrace, TraceDetails, TraceFilter } from './traces/trace-log.js';
import type { WebhookNetwork } from './webhooks/http-request.js';
import type { ReplayResult } from './webhooks/replay.js';

/**
 * How to create a sandbox; every option has a default.
 *
 * @example
 * const sandbox = await createSandbox({ clock: 'manual', account: { balance: '5.00' } });
 */
export interface SandboxOptions {
  /** The database file; an existing one is opened as it was left. Default: in memory. */
  readonly database?: string;
  /**
   * The address to listen on. With one that other machines can reach, such as `0.0.0.0`, tokens must be random (a given
   * one that is weak is refused, a kept auth token is replaced), webhooks go only to `webhooks.allowedHosts`, and every
   * request needs a `Host` that the sandbox knows. Default `127.0.0.1`.
   */
  readonly host?: string;
  /**
   * The origin under which the app reaches the sandbox, for the URLs that it hands out: those of media and recordings.
   * Default: where it listens; with `0.0.0.0` the host name of this machine.
   */
  readonly publicOrigin?: string;
  /** The port to listen on. Default 0: any free one. */
  readonly port?: number;
  /** How many ports above `port` may be tried if it is taken. Default 0. */
  readonly spare?: number;
  /**
   * Refuses URLs on private hosts, as Twilio does: status callbacks, and the URLs of calls. It does not change what happens
   * to something that the sandbox lacks: that is `unsupported`. Default false.
   */
  readonly strict?: boolean;
  /**
   * Countries that texts and calls may go to (ISO 3166 codes such as `GB`), besides the US, Canada and those of owned
   * numbers; or `all`. Twilio's error for others is 21408, and 21215 for calls. Default: no others.
   */
  readonly allowedCountries?: readonly string[] | 'all';
  /** The account of a new database. Its auth token also replaces a kept one if other machines can reach the sandbox. */
  readonly account?: AccountOptions;
  /** The test credentials. Default: derived from the account's SID and token. */
  readonly testCredentials?: TestCredentials;
  /** How many numbers a Messaging Service may have before Twilio's error 21714. Default 400. */
  readonly poolLimit?: number;
  /**
   * Returns the time, milliseconds since 1970; a manual clock starts with it. Default: `Date.now` as it was when the library
   * was imported, so that fake timers do not change it.
   */
  readonly now?: () => number;
  /**
   * `real`: time passes as usual. `manual`: time passes only with `clock.advance`, and texts are delivered only then.
   * The time an app has to answer a webhook is real in both. Default `real`.
   */
  readonly clock?: 'real' | 'manual';
  /** Is called when writes to the database are lost, with the reason: requests that wait for them are answered with 507. */
  readonly onWriteFailed?: (error: unknown) => void;
  /** How webhooks resolve and trust the app's server. Default: as Node.js does. */
  readonly webhooks?: WebhookNetwork;
  /** How many REST requests and webhooks are kept with headers and bodies, the newest. Default 2000. */
  readonly keepExchanges?: number;
  /**
   * Whether webhooks carry a `traceparent` (https://www.w3.org/TR/trace-context/), so that a request of the app that
   * passes it on is certain to be in the right trace. Twilio sends none. Default false.
   */
  readonly traceparent?: boolean;
  /**
   * What to do about requests and TwiML that Twilio understands and the sandbox does not. They are refused by name, and are
   * events `unsupported`, in any case. `warn` also prints a warning of Node.js for each thing once. With `throw` the next
   * awaited call of the library rejects, and so does `close`, once everything is closed. Default `warn`, with `strict` too.
   */
  readonly unsupported?: 'warn' | 'throw';
  /** Is called once for each thing that the sandbox lacks. Default: with `warn`, prints a warning of Node.js. */
  readonly onUnsupported?: (use: UnsupportedUse) => void;
  /** The token of the control API. Default: random. */
  readonly controlToken?: string;
  /**
   * Is called if `host` lets other machines in, and the kept auth token was therefore replaced: by the `given` one, or a
   * `random` one. The API keys of the account are removed with it.
   */
  readonly onTokenRenewed?: (by: TokenSource) => void;
}

/** A `Duplex` of Node.js, by the part that tells it from other objects: the declarations work without `@types/node`. */
export interface AcceptedConnection {
  readonly writable: boolean;
  readonly readable: boolean;
  destroy(error?: Error): unknown;
}

/**
 * A running sandbox: a local stand-in for Twilio.
 *
 * @example
 * const sandbox = await createSandbox();
 * sandbox.number('+12025550123', { sms: 'http://127.0.0.1:8000/sms' });
 * const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
 * const { replies } = await sandbox.phone('+13015550195').text('+12025550123', 'Hello');
 * await sandbox.close();
 */
export interface Sandbox {
  /** Where it listens, for this machine: `http://127.0.0.1:4020`. */
  readonly origin: string;
  /** The origin in the URLs that it hands out; see `SandboxOptions.publicOrigin`. */
  readonly publicOrigin: string;
  readonly port: number;
  readonly accountSid: string;
  readonly authToken: string;
  /** Credentials for Twilio's magic numbers; nothing they do has an effect. See https://www.twilio.com/docs/iam/test-credentials. */
  readonly testCredentials: TestCredentials;
  readonly controlToken: string;
  /** Serves a connection that another server accepted, as if it had come to the sandbox's port. */
  accept(connection: AcceptedConnection): void;
  /**
   * The HTTP client for the constructor of Twilio's SDK for Node.js. Its requests go to the sandbox, whichever host of
   * Twilio they are for, and each is sent once: `autoRetry` is part of the SDK's own client.
   *
   * @example
   * const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
   */
  readonly httpClient: SdkHttpClient;
  /**
   * Leads every request of this process for Twilio into the sandbox, from any HTTP client: `fetch`, undici, node:https,
   * axios, got, the SDK. Other hosts are not touched. It ends with the returned function, with `using`, or with `close`.
   *
   * @returns the function that ends it; the same one while it lasts
   * @throws RelayPhoneError `usage` if another sandbox of this process intercepts, or this one is closed.
   * @example
   * const stop = sandbox.intercept();
   * const client = twilio(sandbox.accountSid, sandbox.authToken); // as in production
   * stop();
   */
  intercept(): Interception;
  /**
   * Returns the environment of a child process, in any language, whose requests to Twilio go to the sandbox: as
   * `relay-phone exec` sets it, with this account in `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN`. A variable with the value
   * undefined is to be removed. The first call opens a proxy and writes certificates to a temporary folder; `close` ends both.
   *
   * @throws RelayPhoneError `usage` if the sandbox is closed, `needsUser` if the files cannot be written.
   * @example
   * const app = spawn('python', ['app.py'], { env: { ...process.env, ...(await sandbox.environment()) } });
   */
  environment(): Promise<ProgramEnvironment>;
  /**
   * Returns the phone with a number, or with any other address that networks deliver: a short code, `MYBANK`,
   * `Restricted`, `+266696687`, a SIP address.
   *
   * @throws RelayPhoneError `usage` if it is empty, longer than 255 characters, has control characters, or is an address
   *   of WhatsApp or another channel that is not in the sandbox.
   */
  phone(number: string): SandboxPhone;
  /** Sends a text from a phone, as {@link SandboxPhone.text} does. */
  text(text: Omit<SentText, 'mediaUrls'> & Partial<SentText>): Promise<TextOutcome>;
  /** Calls a number of the account from a phone, as {@link SandboxPhone.call} does. */
  call(call: { readonly from: string; readonly to: string }): PhoneCall;
  /** Lists the phones that have texted or been texted, or been in a call, the latest first. */
  phones(): readonly PhoneSummary[];
  /**
   * Changes the registration of a number or a Messaging Service (`MG…`), for texts from now on. Texts to the US end
   * `undelivered`: with 30034 from an unregistered local number, with 30032 from an unverified toll-free one.
   *
   * @throws RelayPhoneError `usage` if `sender` is neither, or `compliance` is invalid.
   */
  compliance(sender: string, compliance: Compliance): void;
  /** Lists the senders that lack a registration. */
  unregistered(): readonly SenderCompliance[];
  /**
   * Sets the webhooks of a number, and buys it if the account does not own it. Repeating a call changes nothing.
   *
   * @param number one that the sandbox sells: `+1`, an area code, `555` and `0100` to `0189`; or one of the account
   * @returns the number and where it sends its webhooks
   * @throws RelayPhoneError `usage` with Twilio's reason, such as 21422 if the number is not for sale.
   * @example
   * sandbox.number('+12025550100', { sms: 'http://127.0.0.1:8000/sms', voice: 'http://127.0.0.1:8000/voice' });
   */
  number(number: string, options?: NumberOptions): NumberSummary;
  /** Lists the numbers of the account in the order in which they were bought, and where each sends its webhooks. */
  numbers(): readonly NumberSummary[];
  /** Lists the phones that have opted out of a number or a Messaging Service. */
  optOuts(): readonly OptOut[];
  /**
   * Opts a phone out of the texts of a sender, as its STOP would: Twilio refuses them with 21610. The app gets no webhook.
   *
   * @throws RelayPhoneError `usage` if the account does not have the sender, or the phone is not a valid number.
   */
  optOut(optOut: OptOut): void;
  /** Opts a phone in again, as its START would. @throws RelayPhoneError `usage` as `optOut` does. */
  optIn(optOut: OptOut): void;
  /** Lists the countries that texts and calls may go to: Twilio's geo permissions. */
  allowedCountries(): readonly string[];
  /** Allows texts and calls to a country. @throws RelayPhoneError `usage` if it is not an ISO 3166 code, such as `GB`. */
  allowCountry(country: string): void;
  /** Refuses texts and calls to a country, even if it was allowed by default. @throws RelayPhoneError as `allowCountry`. */
  refuseCountry(country: string): void;
  /** Makes REST requests fail. @throws RelayPhoneError `usage` if the rule is invalid. */
  fail(rule: FaultRule): Fault;
  /** Returns the last thousand answered REST requests, oldest first. */
  requests(): readonly RecordedRequest[];
  /**
   * Lists the last two thousand exchanges, newest first: REST requests of the app, and webhooks, each with its status and
   * signature verdict. Credentials are hidden. An exchange appears once it has been answered, or has failed.
   *
   * @example
   * const failed = sandbox.exchanges({ direction: 'webhook', failed: true });
   */
  exchanges(filter?: Omit<ExchangeFilter, 'refused'>): readonly ExchangeReport[];
  /** Returns an exchange with its headers and bodies, up to 256 KB of each body; undefined if it is not kept. */
  exchange(id: number): Promise<FullExchangeReport | undefined>;
  /**
   * Sends a webhook again, as it was or edited, and resolves when the app has answered or has failed to. It never runs the
   * TwiML of the answer. The new request is an exchange with `replayOf`, in a trace of its own.
   *
   * @throws RelayPhoneError `usage` if the exchange is not kept or is a REST request, or `edits` are invalid.
   * @example
   * const { exchange, difference } = await sandbox.replay(12, { parameters: { Body: 'STOP' } });
   */
  replay(id: number, edits?: ReplayEdits): Promise<ReplayResult>;
  /**
   * Returns every time that another phone was shown this number: as the sender or caller, or in a text, a media file or
   * speech, in any usual spelling. Oldest first; empty if masking works.
   *
   * @throws RelayPhoneError `usage` if `number` is not a valid phone number.
   */
  exposures(number: string): readonly NumberExposure[];
  /** The earlier name of {@link Sandbox.exposures}. */
  whoSaw(number: string): readonly NumberExposure[];
  /**
   * Asserts that a number is shown only to its own phone and to the `allowed` ones. An event `exposure` that breaks this
   * names the assertion. Assertions stay until they are removed or replaced: a reset, a snapshot and the next start of a
   * sandbox with a database keep them.
   *
   * @throws RelayPhoneError `usage` if a number is invalid.
   * @example
   * sandbox.assertShownOnlyTo(ownersRealNumber, []);
   * // …
   * expect(sandbox.assertions().filter(({ isKept }) => !isKept)).toEqual([]);
   */
  assertShownOnlyTo(number: string, allowed: readonly string[]): void;
  /** Removes the assertion about a number. @returns true if there was one. @throws as `assertShownOnlyTo`. */
  removeAssertion(number: string): boolean;
  /** Returns all assertions with the exposures that break them, in the order of their numbers. */
  assertions(): readonly CheckedAssertion[];
  /**
   * Returns the last thousand alerts, oldest first, as Twilio's debugger shows them: each webhook that failed, and each
   * error and warning about TwiML. Those about one text or call are also in its result.
   */
  alerts(): readonly SandboxAlert[];
  /**
   * Lists what was asked for that the sandbox lacks: each thing once, with the request or TwiML that asked for it last. A
   * reset and a restored snapshot forget none of it.
   *
   * @param filter.since only what was asked for after the event with this id
   * @example
   * expect(sandbox.unsupported()).toEqual([]);
   */
  unsupported(filter?: { readonly since?: number }): readonly UnsupportedUse[];
  /** Returns the last ten thousand events that match, oldest first. */
  events(filter?: EventFilter): readonly SandboxEvent[];
  /**
   * Waits for the next event that satisfies `predicate`. Call it before you cause that event.
   *
   * @param predicate if it is a type guard, the event has its type. TypeScript makes one of the function below by itself
   * @param options.timeout milliseconds of real time. Default 5000
   * @throws RelayPhoneError `fault` if there is none in time.
   * @example
   * const { exchangeId } = await sandbox.nextEvent((event) => event.kind === 'webhook.sent');
   */
  nextEvent<Found extends SandboxEvent = SandboxEvent>(
    predicate: EventPredicate<Found>,
    options?: { readonly timeout?: number },
  ): Promise<Found>;
  /**
   * Waits until nothing of a trace is in progress: no message on its way, no webhook or status callback, no call. Scheduled
   * messages do not count.
   *
   * @param options.timeout milliseconds of real time. Default 5000
   * @throws RelayPhoneError `fault` if something is still in progress then.
   * @example
   * const { traceId } = await sandbox.phone(contact).text(mask, 'Hello');
   * await sandbox.whenQuiet(traceId); // its status callbacks have arrived, too
   */
  whenQuiet(traceId: string, options?: { readonly timeout?: number }): Promise<void>;
  /**
   * Lists the traces of the kept events, newest first: what each came to, in a sentence. Those in which only the clock, a
   * behaviour or the whole sandbox was changed are left out.
   *
   * @example
   * const [newest] = sandbox.traces({ failed: true, limit: 1 });
   */
  traces(filter?: TraceFilter): readonly KnownTrace[];
  /**
   * Returns a trace with its events, each after its cause. Undefined if no event of it is kept.
   *
   * @param id of the trace, or `latest`
   * @example
   * const { traceId } = await sandbox.phone(contact).text(mask, 'Hello');
   * await sandbox.whenQuiet(traceId);
   * expect(sandbox.trace(traceId)).toMatchObject({ worst: 'done', phones: [contact, owner] });
   */
  trace(id: string): TraceDetails | undefined;
  readonly clock: SandboxClock;
  /** Ends everything in progress and removes everything except the account, which gets its opening balance again. */
  reset(): void;
  /**
   * Returns the whole content as one text: what the account owns, its balance, all messages and texts, how phones
   * behave. It leaves out credentials, faults, requests, events and the time.
   */
  snapshot(): string;
  /**
   * Restores a snapshot of this or another sandbox. It ends everything in progress and removes all faults, as `reset`
   * does; then the texts that were in flight in the snapshot continue.
   *
   * @throws RelayPhoneError `usage`, without changing anything, if it is not a snapshot of this version.
   */
  restore(snapshot: string): void;
  /**
   * Stops answering, and frees the port and the database. It ends the interception, and closes the proxy of `environment`.
   * Every later call fails with `usage`, and what still waits rejects with it; `events`, `traces`, `trace`, `requests`,
   * `exchanges` and `unsupported` still show what happened. A second call does nothing.
   *
   * @throws RelayPhoneError `fault` with `unsupported: 'throw'` if something was asked for that the sandbox lacks.
   */
  close(): Promise<void>;
  /**
   * The same as {@link Sandbox.close}, for `await using`.
   *
   * @example
   * await using sandbox = await createSandbox();
   */
  [Symbol.asyncDispose](): Promise<void>;
}
