// Writes a story from recorded webhooks.
import { formatYaml } from '../../yaml-text.js';
import { type Anonymizer, createAnonymizer } from './anonymizer.js';
import {
  findMaskOwner,
  findRecordedAction,
  isMaskWebhook,
  type RecordedAction,
  type RecordedWebhook,
  readTwimlContent,
} from './recorded-webhook.js';

/** A one-pixel image. It stands in for the recorded media, which stay at Twilio. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

type WrittenStep = Readonly<Record<string, string | number | readonly string[]>>;

/** The input of {@link writeStory}. */
export interface StoryRecording {
  /** Oldest first. Webhooks of other numbers are ignored. */
  readonly webhooks: readonly RecordedWebhook[];
  /** The account's number. */
  readonly number: string;
  /** Values that must not appear in the story. */
  readonly secrets: readonly string[];
}

/** Writes a playable story as YAML. Returns undefined if nobody texts or calls in the recording. */
export function writeStory({ webhooks, number, secrets }: StoryRecording): string | undefined {
  const isMask = webhooks.some(isMaskWebhook);
  const name = isMask ? 'mask' : 'number';
  const owner = isMask ? findMaskOwner(webhooks) : undefined;
  const anonymizer = createAnonymizer({ number: { real: number, name }, owner, secrets });
  const steps = writeSteps(webhooks, { number, name, anonymizer });
  if (!steps.some((step) => 'text' in step || 'call' in step)) return undefined;
  const phones = anonymizer.phones();
  const story = {
    story: 'a recorded conversation',
    phones: isMask ? { owner: null, ...phones } : phones,
    ...(isMask ? { masks: { mask: 'owner' } } : { numbers: { number: findWebhookPaths(webhooks) } }),
    steps,
  };
  return formatYaml(story);
}

interface RecordedNumber {
  readonly number: string;
  readonly name: string;
  readonly anonymizer: Anonymizer;
}

function writeSteps(webhooks: readonly RecordedWebhook[], recorded: RecordedNumber): WrittenStep[] {
  /** Phones with a TwiML reply whose delivery is still to be reported, once for each reply. */
  const repliedTo: string[] = [];
  /** Phones in a call, and whether the call continues until somebody hangs up. */
  const inCall = new Map<string, boolean>();
  return webhooks.flatMap((webhook) => {
    const action = findRecordedAction(webhook);
    return action?.number === recorded.number ? writeAction(webhook, action) : [];
  });

  function writeAction(webhook: RecordedWebhook, action: RecordedAction): WrittenStep[] {
    const phone = recorded.anonymizer.nameOf(action.phone);
    const content = recorded.anonymizer.anonymize(action.content);
    const { texts, said, callees } = readTwimlContent(webhook.twiml);
    const expectations = () => [
      ...texts.map((text) => expectSaid({ 'expect text': phone, from: recorded.name }, 'is', text, recorded)),
      ...said.map((text) => expectSaid({ 'expect heard': phone }, 'contains', text, recorded)),
      ...callees.map((callee) => ({ 'expect call': recorded.anonymizer.nameOf(callee) })),
      ...webhook.lacks.map((name) => ({ 'expect unsupported': name })),
    ];
    if (action.kind === 'text') {
      repliedTo.push(...texts.map(() => phone));
      const media = Array.from({ length: action.media }, () => PICTURE);
      const step = { text: content, from: phone, to: recorded.name, ...(media.length > 0 && { media }) };
      return [step, ...expectStatus('inbound-text', webhook), ...expectations()];
    }
    if (action.kind === 'delivery') return expectDelivery(phone);
    if (action.kind === 'call') {
      inCall.set(phone, callees.length > 0);
      return [{ call: recorded.name, from: phone }, ...expectStatus('call', webhook), ...expectations()];
    }
    const continues = inCall.get(phone);
    // The start of this call was not recorded.
    if (continues === undefined) return [];
    if (action.kind === 'end') {
      inCall.delete(phone);
      return continues ? [{ 'hang up': phone }] : [];
    }
    inCall.set(phone, callees.length > 0);
    return [
      action.kind === 'keys' ? { press: action.content, from: phone } : { say: content, from: phone },
      ...expectations(),
    ];
  }

  function expectDelivery(phone: string): WrittenStep[] {
    const at = repliedTo.indexOf(phone);
    if (at === -1) return [{ 'expect text': phone, from: recorded.name }];
    repliedTo.splice(at, 1);
    return [];
  }
}

function expectStatus(purpose: string, { status }: RecordedWebhook): WrittenStep[] {
  return status === null ? [] : [{ 'expect webhook': purpose, status }];
}

/** Adds the expected text, unless parts of it were replaced: those may differ when the story is played. */
function expectSaid(
  step: WrittenStep,
  how: string,
  text: string,
  { anonymizer }: RecordedNumber,
): WrittenStep {
  const safe = anonymizer.anonymize(text);
  return safe === text.replaceAll('$', '$$$$') ? { ...step, [how]: safe } : step;
}

/** Returns the app's paths for texts and calls of the number. */
function findWebhookPaths(webhooks: readonly RecordedWebhook[]): Readonly<Record<string, string>> {
  const pathOf = (kind: RecordedAction['kind']) =>
    webhooks.find((one) => findRecordedAction(one)?.kind === kind)?.path;
  const [texts, calls] = [pathOf('text'), pathOf('call')];
  return { ...(texts && { texts }), ...(calls && { calls }) };
}
