// The `expect` steps: texts, calls, what was heard, webhooks, and number exposure.

import { listCalls, listTexts, type PlayContext, waitForFirst, waitUntilQuiet } from './play-context.js';
import type { ShownCall, ShownText, StoryEvent, StoryWebhookEvent, UnmetExpectation } from './ports.js';
import type { StepContent } from './story.js';
import { createTextMatcher, type TextMatcher } from './text-matcher.js';

/** How long an expectation waits by default. */
const EXPECTATION_TIMEOUT_MS = 5000;

/** An `expect no` step passes after this time without any event. */
const QUIET_MS = 200;

/** How many of the texts, calls or events that were found instead are shown. */
const MAX_SHOWN = 5;

/** Expects a matching text that no earlier expectation has matched. It may have arrived already. */
export async function expectText(
  context: PlayContext,
  { 'expect text': on, within = EXPECTATION_TIMEOUT_MS, ...wanted }: StepContent<'expect text'>,
): Promise<UnmetExpectation | undefined> {
  const phone = context.assigned.numberOf(on);
  const test = createTextTest(context, wanted);
  let texts: readonly ShownText[] = [];
  const found = await waitForFirst(context, within, async () => {
    texts = await listTexts(context, phone);
    return texts.find(test.matches);
  });
  if (!found)
    return {
      expected: `${test.description} on ${on}`,
      found: describeTexts(context, on, texts, test.matcher),
    };
  context.seenTexts.add(found.sid);
  context.lastSenders.set(phone, found.from);
  return undefined;
}

/** Expects no matching text until the sandbox is quiet. */
export async function expectNoText(
  context: PlayContext,
  { 'expect no text': on, within = QUIET_MS, ...wanted }: StepContent<'expect no text'>,
): Promise<UnmetExpectation | undefined> {
  const phone = context.assigned.numberOf(on);
  const test = createTextTest(context, wanted);
  const found = await waitUntilQuiet(context, within, async () =>
    (await listTexts(context, phone)).find(test.matches),
  );
  if (!found) return undefined;
  return {
    expected: `${test.description} on ${on}: none`,
    found: [`${on} has ${describeText(context, found)}`],
  };
}

interface TextTest {
  readonly matcher: TextMatcher;
  matches(text: ShownText): boolean;
  /** Such as `a text from mask that is "Hi"`. */
  readonly description: string;
}

function createTextTest(
  { assigned }: PlayContext,
  { from, media, ...wanted }: Omit<StepContent<'expect text'>, 'expect text' | 'within'>,
): TextTest {
  const matcher = createTextMatcher(wanted, assigned);
  const sender = from && assigned.numberOf(from);
  const parts = [
    'a text',
    from && `from ${from}`,
    matcher.description,
    media !== undefined && `with ${media} media`,
  ];
  return {
    matcher,
    description: parts.filter(Boolean).join(' '),
    matches: (text) =>
      (sender === undefined || text.from === sender) &&
      (media === undefined || text.mediaUrls.length === media) &&
      matcher.matches(text.body),
  };
}

function describeTexts(
  context: PlayContext,
  on: string,
  texts: readonly ShownText[],
  matcher: TextMatcher,
): string[] {
  if (texts.length === 0) return [`${on} has no new text`];
  const ranked = texts
    .map((text) => ({ text, distance: matcher.distance(text.body) }))
    .sort((a, b) => a.distance - b.distance);
  return ranked
    .slice(0, MAX_SHOWN)
    .map(({ text }) => `${on} has ${describeText(context, text, matcher.compare(text.body))}`);
}

function describeText(
  { assigned }: PlayContext,
  { from, body, mediaUrls }: ShownText,
  words = JSON.stringify(body),
): string {
  const media = mediaUrls.length === 0 ? '' : ` (with ${mediaUrls.length} media)`;
  return `${words} from ${assigned.nameOf(from)}${media}`;
}

/** Expects a call in the given state; without a state, an incoming call. */
export async function expectCall(
  context: PlayContext,
  { 'expect call': on, from, state, within = EXPECTATION_TIMEOUT_MS }: StepContent<'expect call'>,
): Promise<UnmetExpectation | undefined> {
  const phone = context.assigned.numberOf(on);
  const shown = from && context.assigned.numberOf(from);
  let calls: readonly ShownCall[] = [];
  const found = await waitForFirst(context, within, async () => {
    calls = await listCalls(context, phone);
    return calls.find(
      (call) =>
        (shown === undefined ? state !== undefined || call.direction === 'incoming' : isFrom(call, shown)) &&
        (state === undefined || call.state === state),
    );
  });
  if (found) return undefined;
  const parts = ['a call', from && `from ${from}`, state && `that is ${state}`, `on ${on}`];
  return { expected: parts.filter(Boolean).join(' '), found: describeCalls(context, on, calls) };
}

/** Expects no incoming call until the sandbox is quiet. */
export async function expectNoCall(
  context: PlayContext,
  { 'expect no call': on, from, within = QUIET_MS }: StepContent<'expect no call'>,
): Promise<UnmetExpectation | undefined> {
  const phone = context.assigned.numberOf(on);
  const shown = from && context.assigned.numberOf(from);
  const found = await waitUntilQuiet(context, within, async () =>
    (await listCalls(context, phone)).find((call) =>
      shown === undefined ? call.direction === 'incoming' : isFrom(call, shown),
    ),
  );
  if (!found) return undefined;
  return {
    expected: `no call on ${on}${from ? ` from ${from}` : ''}`,
    found: describeCalls(context, on, [found]),
  };
}

/** Expects that the phone hears matching speech, audio or keys in a call of the play, now or earlier. */
export async function expectHeard(
  context: PlayContext,
  { 'expect heard': on, within = EXPECTATION_TIMEOUT_MS, ...wanted }: StepContent<'expect heard'>,
): Promise<UnmetExpectation | undefined> {
  const phone = context.assigned.numberOf(on);
  const matcher = createTextMatcher(wanted, context.assigned);
  let heard: readonly string[] = [];
  const found = await waitForFirst(context, within, async () => {
    heard = (await listCalls(context, phone)).flatMap((call) => call.heard.map(({ content }) => content));
    return heard.find(matcher.matches);
  });
  if (found !== undefined) return undefined;
  const instead = [...heard].sort((a, b) => matcher.distance(a) - matcher.distance(b)).slice(0, MAX_SHOWN);
  return {
    expected: `${on} hears something ${matcher.description}`.trim(),
    found:
      instead.length === 0
        ? [`${on} has heard nothing`]
        : instead.map((words) => `${on} has heard ${matcher.compare(words)}`),
  };
}

function isFrom({ direction, shown }: ShownCall, number: string): boolean {
  return direction === 'incoming' && shown === number;
}

function describeCalls({ assigned }: PlayContext, on: string, calls: readonly ShownCall[]): string[] {
  if (calls.length === 0) return [`${on} has no call`];
  return calls.map(({ direction, shown, state }) => {
    const other = assigned.nameOf(shown);
    return `${on} has a call ${direction === 'incoming' ? `from ${other}` : `to ${other}`} that is ${state}`;
  });
}

/** Expects a webhook since the last action, with the given answer. */
export async function expectWebhook(
  context: PlayContext,
  {
    'expect webhook': purpose,
    status,
    error,
    within = EXPECTATION_TIMEOUT_MS,
  }: StepContent<'expect webhook'>,
): Promise<UnmetExpectation | undefined> {
  let webhooks: readonly StoryWebhookEvent[] = [];
  const found = await waitForFirst(context, within, async () => {
    webhooks = (await context.ports.control.events({ since: context.lastEventId })).filter(isWebhook);
    return webhooks.find(
      (one) =>
        one.purpose === purpose &&
        (status === undefined || one.status === status) &&
        (error === undefined || one.errorCode === error),
    );
  });
  if (found) return undefined;
  const parts = [
    `a webhook for ${purpose}`,
    status !== undefined && `that is answered with ${status}`,
    error !== undefined && `that fails with ${error}`,
  ];
  return {
    expected: parts.filter(Boolean).join(' '),
    found:
      webhooks.length === 0 ? ['no webhook was sent'] : webhooks.slice(0, MAX_SHOWN).map(describeWebhook),
  };
}

function isWebhook(event: StoryEvent | StoryWebhookEvent): event is StoryWebhookEvent {
  return event.kind === 'webhook.sent';
}

function describeWebhook({ purpose, url, status, errorCode, failure }: StoryWebhookEvent): string {
  const failed = errorCode === null ? '' : ` (${errorCode}: ${failure})`;
  return `a webhook for ${purpose} to ${url} was answered with ${status ?? 'nothing'}${failed}`;
}

/** Expects that the number was exposed only to the exempted phones during the play. */
export async function expectNoLeak(
  { assigned, ports, earlierExposures }: PlayContext,
  { 'expect no leak': of, except = [] }: StepContent<'expect no leak'>,
): Promise<UnmetExpectation | undefined> {
  const number = assigned.numberOf(of);
  const allowed = except.map(assigned.numberOf);
  const exposures = (await ports.control.whoSaw(number)).slice(earlierExposures.get(number) ?? 0);
  const leaks = exposures.filter(({ phone }) => !allowed.includes(phone));
  if (leaks.length === 0) return undefined;
  return {
    expected: `no exposure of the number of ${of} (${number})`,
    found: leaks
      .slice(0, MAX_SHOWN)
      .map(
        ({ phone, how, excerpt }) =>
          `${assigned.nameOf(phone)} saw it as ${EXPOSURE_KINDS[how] ?? how}: ${excerpt}`,
      ),
  };
}

const EXPOSURE_KINDS: Readonly<Record<string, string>> = {
  sender: 'the sender of a text',
  body: 'part of a text',
  media: 'part of a file',
  'caller id': 'the caller ID',
  heard: 'part of what was said',
};
