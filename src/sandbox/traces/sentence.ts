// Writes one sentence about the outcome of a trace: who reached whom, or why nobody was reached, and who saw which number.
import type { EventOf, TracedCall, TracedRequest, TracedText, TracedWebhook, TraceFacts } from './facts.js';

/** Returns a phone number as a sentence shows it. */
export type NumberFormat = (number: string) => string;

/** What the act of a trace came to. */
export interface TraceResult {
  readonly sentence: string;
  /** False if the sentence says that nobody was reached and nobody answered, or that the app did not answer. */
  readonly succeeded: boolean;
}

/** Returns the sentence of a trace, and whether it is a success: both are decided in the same place. */
export function describeTrace(facts: TraceFacts, format: NumberFormat): TraceResult {
  const { words, succeeded } = describeAct(facts, format);
  const parts = [words, describeLacks(facts), describeCounts(facts), describeExposures(facts, format)];
  return { sentence: `${parts.filter((part) => part !== '').join('; ')}.`, succeeded };
}

/** A part of the sentence, and whether it tells of success. */
interface Clause {
  readonly words: string;
  readonly succeeded: boolean;
}

function describeAct(facts: TraceFacts, format: NumberFormat): Clause {
  const { first, texts, calls, optOuts, requests } = facts;
  if (first.kind === 'webhook.began' && first.replayOf !== undefined)
    return describeReplay(first, facts, format);
  const [text, call, optOut, request] = [texts[0], calls[0], optOuts[0], requests[0]];
  const isCallFirst = call !== undefined && (text === undefined || call.id < text.id);
  if (isCallFirst) return describeCall(call, facts, format);
  if (optOut && text?.sender === 'phone') return describeOptOut(optOut, facts, format);
  if (text?.sender === 'phone') {
    const { words, succeeded } = addFailure(describePhoneText(text, facts, format), facts, 'inbound-text');
    return { words: `${format(text.from)}'s text ${words}`, succeeded };
  }
  if (text) return describeAppTexts(facts, format);
  if (request) return describeRequest(request);
  return { words: 'The beginning of this is not known', succeeded: true };
}

/** What the app did with a replayed webhook. The TwiML of its answer is never run, so all else came from REST requests. */
function describeReplay(
  { replayOf, purpose, url }: EventOf<'webhook.began'>,
  facts: TraceFacts,
  format: NumberFormat,
): Clause {
  const replay = `replay of webhook ${replayOf} (${purpose} to ${pathOf(url)})`;
  const { isOver = false, status = null, failure = null } = facts.webhooks[0] ?? {};
  if (failure)
    return { words: `The ${replay} reached nobody, because ${describeFailure(failure)}`, succeeded: false };
  if (status === null) return { words: `The ${replay} waits for the answer of the app`, succeeded: true };
  const words = `The app answered the ${replay} with ${status}${isOver ? '' : ', which a replay does not follow'}`;
  const refused = findFailure(facts, purpose);
  if (refused !== undefined) return { words: `${words}, but ${refused}`, succeeded: false };
  if (facts.texts.length === 0 && facts.calls.length === 0) return { words, succeeded: true };
  const [call] = facts.calls;
  const effect = call ? describeCall(call, facts, format) : describeAppTexts(facts, format);
  return { words: `${words}; ${effect.words.replace(/^T/, 't')}`, succeeded: effect.succeeded };
}

/** The path of a URL; the URL itself if it has none. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** What became of a phone's text, as the rest of "The text …". */
function describePhoneText(text: TracedText, facts: TraceFacts, format: NumberFormat): Clause {
  const ofApp = facts.texts.filter(({ sender }) => sender === 'app');
  const others = ofApp.filter(({ to }) => to !== text.from);
  if (others.some(hasReached)) return describeDelivery(others, facts, format);
  if (ofApp.some(hasReached) && others.length === 0)
    return { words: `was answered by the app${describeTime(ofApp, facts)}`, succeeded: true };
  if (ofApp.length > 0) return describeDelivery(ofApp, facts, format);
  const failure = findFailure(facts, 'inbound-text');
  if (failure !== undefined) return { words: `reached nobody, because ${failure}`, succeeded: false };
  const webhook = facts.webhooks.find(({ purpose }) => purpose === 'inbound-text');
  const [error] = facts.twimlErrors;
  if (error) {
    const failure = `the app's TwiML failed: ${error.message} (${error.errorCode})`;
    return { words: `reached nobody, because ${failure}`, succeeded: false };
  }
  if (webhook) {
    const words = webhook.isOver ? 'reached only the app' : 'waits for the answer of the app';
    return { words, succeeded: true };
  }
  if (text.status === 'sent') return { words: `was sent to ${format(text.to)}`, succeeded: true };
  return { words: `reached the number ${format(text.to)}, but no webhook was sent`, succeeded: false };
}

const OPT_OUTS: Readonly<Record<EventOf<'opt-out'>['keyword'], (phone: string, number: string) => string>> = {
  STOP: (phone, number) => `${phone} opted out of texts from ${number}`,
  START: (phone, number) => `${phone} opted in to texts from ${number}`,
  HELP: (phone, number) => `${phone} asked ${number} for help`,
};

function describeOptOut(
  { keyword, phone, number }: EventOf<'opt-out'>,
  facts: TraceFacts,
  format: NumberFormat,
): Clause {
  const act = `${OPT_OUTS[keyword](format(phone), format(number))} (${keyword})`;
  const others = facts.texts.filter(({ sender, to }) => sender === 'app' && to !== phone);
  if (others.length > 0) {
    const { words, succeeded } = describeDelivery(others, facts, format);
    return addFailure({ words: `${act}; the text ${words}`, succeeded }, facts, 'inbound-text');
  }
  const failure = findFailure(facts, 'inbound-text');
  if (failure === undefined) return { words: act, succeeded: true };
  return { words: `${act}, but ${failure}`, succeeded: false };
}

function describeAppTexts(facts: TraceFacts, format: NumberFormat): Clause {
  const ofApp = facts.texts.filter(({ sender }) => sender !== 'phone');
  const subject = `${nameSender(facts.requests[0])} ${ofApp.length === 1 ? 'text' : `${ofApp.length} texts`}`;
  const { words, succeeded } = describeDelivery(ofApp, facts, format);
  return { words: `${subject} ${words}`, succeeded };
}

/** Says whom texts reached, as the rest of "The text …". @param texts at least one */
function describeDelivery(
  texts: readonly TracedText[],
  facts: Pick<TraceFacts, 'first'>,
  format: NumberFormat,
): Clause {
  const reached = listNumbers(texts.filter(hasReached), format);
  const failed = texts.filter(hasFailed);
  const waiting = texts.filter((text) => !hasReached(text) && !hasFailed(text));
  const clauses = [
    ...(reached === '' ? [] : [`reached ${reached}${describeTime(texts, facts)}`]),
    ...failed.slice(0, MAX_LISTED).map((text) => `did not reach ${format(text.to)}: ${describeStatus(text)}`),
    ...(waiting.length === 0 ? [] : [`is on its way to ${listNumbers(waiting, format)}`]),
  ];
  const [waits] = waiting;
  const isOnly = texts.length === 1 && waits;
  const words = isOnly
    ? `${clauses.join()} (${waits.status})`
    : clauses.join(reached === '' ? ', ' : ', but ');
  return { words, succeeded: reached !== '' || waiting.length > 0 };
}

/**
 * Says how long it took from the act until the last of the texts was there, by the sandbox's clock. Empty if no time
 * passed, as with a manual clock that stood still.
 */
function describeTime(texts: readonly TracedText[], { first }: Pick<TraceFacts, 'first'>): string {
  const times = texts.flatMap(({ reachedAt }) => (reachedAt === null ? [] : [Date.parse(reachedAt)]));
  const timeMs = Math.max(...times) - Date.parse(first.at);
  if (!(timeMs > 0)) return '';
  return ` in ${timeMs < 1000 ? `${timeMs} ms` : `${(timeMs / 1000).toFixed(1)} s`}`;
}

/** Adds to a clause of success that the app failed to answer a webhook of the act. */
function addFailure(clause: Clause, { webhooks }: TraceFacts, purpose: TracedWebhook['purpose']): Clause {
  const failure = webhooks.find((one) => one.purpose === purpose && one.failure)?.failure;
  if (!clause.succeeded || !failure) return clause;
  return { words: `${clause.words}, but ${describeFailure(failure)}`, succeeded: false };
}

/** How many numbers are listed before the rest is counted. */
const MAX_LISTED = 3;

function listNumbers(texts: readonly { readonly to: string }[], format: NumberFormat): string {
  return listAll([...new Set(texts.map(({ to }) => to))].map(format));
}

function listAll(names: readonly string[]): string {
  if (names.length > MAX_LISTED) {
    const more = names.length - MAX_LISTED + 1;
    return `${names.slice(0, MAX_LISTED - 1).join(', ')} and ${more} more`;
  }
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function hasReached({ reachedId }: TracedText): boolean {
  return reachedId !== null;
}

function hasFailed({ status, reachedId }: TracedText): boolean {
  return reachedId === null && ['undelivered', 'failed', 'canceled'].includes(status);
}

function describeStatus({ status, errorCode }: TracedText): string {
  return errorCode === null ? status : `${status} (${errorCode})`;
}

/** Says why nothing came of a webhook, in the words of who failed. */
function findFailure(
  { webhooks, requests }: TraceFacts,
  purpose: TracedWebhook['purpose'],
): string | undefined {
  const fault = requests.find((request) => request.fault)?.fault;
  if (fault) return describeFault(fault);
  const refused = requests.find(({ method, status }) => method === 'POST' && (status ?? 0) >= 400);
  if (refused) return `${nameRequest(refused)} was refused${describeProblem(refused)}`;
  const failure = webhooks.find((webhook) => webhook.purpose === purpose && webhook.failure)?.failure;
  return failure ? describeFailure(failure) : undefined;
}

/** The app's own words say more than the code of the failure. */
function describeFailure({ status, reason, failure, errorCode }: EventOf<'webhook.sent'>): string {
  return reason === null
    ? `the webhook failed: ${failure} (${errorCode})`
    : `the app answered ${status}: "${reason}"`;
}

/** Says how and why a request was refused, after "was refused". */
function describeProblem({ status, problem }: TracedRequest): string {
  return problem ? ` with ${status} ${problem.code}: ${problem.message}` : ` with ${status}`;
}

function describeFault(fault: EventOf<'fault.hit'>): string {
  const request = nameRequest(fault);
  if (fault.answer === 'drop') return `an injected fault dropped ${request}`;
  if (fault.answer === 'hang') return `an injected fault left ${request} without an answer`;
  return `an injected fault answered ${request} with ${fault.answer}`;
}

function describeRequest(request: TracedRequest): Clause {
  const { fault, status } = request;
  if (fault) return { words: capitalise(describeFault(fault)), succeeded: false };
  const succeeded = (status ?? 0) < 400;
  const name = request.isOwn ? nameRequest(request) : capitalise(nameRequest(request));
  const words = succeeded ? `was answered with ${status}` : `was refused${describeProblem(request)}`;
  return { words: `${name} ${words}`, succeeded };
}

/** Names a request by its method and the part of its path that says what it is about. */
function nameRequest(request: Pick<TracedRequest, 'method' | 'path' | 'isOwn'>): string {
  const { method, path, isOwn } = request;
  const [target = ''] = path.split('?');
  return `${isOwn ? "relay-phone's" : "the app's"} ${method} ${target.replace(/^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\//, '')}`;
}

/** Names who sent the request that a trace begins with, at the beginning of a sentence. */
function nameSender(request: TracedRequest | undefined): string {
  return request?.isOwn ? "relay-phone's" : "The app's";
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describeCall(first: TracedCall, facts: TraceFacts, format: NumberFormat): Clause {
  const isInbound = first.direction === 'inbound';
  const subject = isInbound
    ? `${format(first.phone ?? first.from)}'s call`
    : `${nameSender(facts.requests[0])} call`;
  const called = facts.calls.filter((call) => call.direction !== 'inbound' && (call !== first || !isInbound));
  const end = addFailure(describeCallEnd(first, called, facts, format), facts, 'call');
  return {
    words: `${subject} ${end.words}${describeTextsOfCall(facts, format)}`,
    succeeded: end.succeeded,
  };
}

function describeCallEnd(
  first: TracedCall,
  called: readonly TracedCall[],
  facts: TraceFacts,
  format: NumberFormat,
): Clause {
  const answered = called.filter(({ answeredAt }) => answeredAt !== null);
  if (answered.length > 0) {
    const by = `was answered by ${listNumbers(answered, format)}`;
    return { words: `${by}${describeLength(answered)}`, succeeded: true };
  }
  if (called.length > 0) {
    const ringing = called.filter(({ endedAt }) => endedAt === null);
    if (ringing.length > 0)
      return { words: `is ringing at ${listNumbers(ringing, format)}`, succeeded: true };
    const ends = called
      .slice(-MAX_LISTED)
      .map((call) => `${format(call.to)} ${NO_ANSWERS[call.status] ?? call.status}`);
    if (first.treatment === 'spoken to' && first.answeredAt !== null) {
      const length = describeLength([first]);
      return { words: `was answered by the app${length}, because ${ends.join(', ')}`, succeeded: true };
    }
    return { words: `was not answered: ${ends.join(', ')}`, succeeded: false };
  }
  const failure = findFailure(facts, 'call');
  if (failure !== undefined) return { words: `reached nobody, because ${failure}`, succeeded: false };
  if (first.answeredAt !== null)
    return { words: `was answered by the app${describeLength([first])}`, succeeded: true };
  if (first.endedAt === null) return { words: `is ringing at ${format(first.to)}`, succeeded: true };
  if (first.treatment === 'rejected')
    return { words: `was rejected by the app (${first.status})`, succeeded: true };
  if (facts.webhooks.every(({ purpose }) => purpose !== 'call')) {
    return { words: `reached the number ${format(first.to)}, but no webhook was sent`, succeeded: false };
  }
  return { words: `was not answered by the app (${first.status})`, succeeded: false };
}

const NO_ANSWERS: Readonly<Record<string, string>> = {
  busy: 'was busy',
  failed: 'could not be reached',
  'no-answer': 'did not answer',
  canceled: 'had not answered yet',
  completed: 'did not answer',
};

/** The whole seconds from the first answer to the last end. */
function describeLength(calls: readonly TracedCall[]): string {
  if (calls.some(({ endedAt }) => endedAt === null)) return ' and is in progress';
  const from = Math.min(...calls.map(({ answeredAt }) => Date.parse(answeredAt ?? '')));
  const to = Math.max(...calls.map(({ endedAt }) => Date.parse(endedAt ?? '')));
  return `, ${Math.round((to - from) / 1000)} s`;
}

function describeTextsOfCall(facts: TraceFacts, format: NumberFormat): string {
  const ofApp = facts.texts.filter(({ sender }) => sender === 'app');
  if (ofApp.length === 0) return '';
  return `; ${ofApp.length === 1 ? 'a text' : `${ofApp.length} texts`} ${describeDelivery(ofApp, facts, format).words}`;
}

function describeCounts({ webhooks, requests }: TraceFacts): string {
  const failed = webhooks.filter(({ failure }) => failure !== null).length;
  const refused = requests.filter(({ status }) => (status ?? 0) >= 400).length;
  const faults = requests.filter(({ fault }) => fault !== null).length;
  const counts = [
    count(webhooks.length, 'webhook', failed, 'failed'),
    count(requests.length, 'REST request', refused, 'refused'),
    count(faults, 'injected fault', 0, ''),
  ];
  return counts.filter((part) => part !== '').join(', ');
}

function count(all: number, name: string, bad: number, badName: string): string {
  if (all === 0) return '';
  const total = `${all} ${name}${all === 1 ? '' : 's'}`;
  if (bad === 0) return total;
  return `${total} (${all === 1 ? '' : `${bad} `}${badName})`;
}

function describeLacks({ lacks }: TraceFacts): string {
  return lacks.length === 0 ? '' : `not in the sandbox: ${lacks.join(', ')}`;
}

function describeExposures({ exposures, phones }: TraceFacts, format: NumberFormat): string {
  const forbidden = exposures.filter(({ assertionId }) => assertionId !== null);
  if (forbidden.length > 0) {
    const pairs = describePairs(forbidden, (phone, number) => `${format(phone)} saw ${format(number)}`);
    return `${pairs}, which must not happen`;
  }
  if (exposures.length > 0) {
    return describePairs(
      exposures,
      (phone, number) => `${format(phone)} saw the number of ${format(number)}`,
    );
  }
  return phones.length === 0 ? '' : "nobody saw another phone's number";
}

function describePairs(
  exposures: readonly EventOf<'exposure'>[],
  describe: (phone: string, number: string) => string,
): string {
  return listAll([...new Set(exposures.map(({ phone, number }) => describe(phone, number)))]);
}
