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

/** The smallest picture there is: those that were sent stay at Twilio. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

type WrittenStep = Readonly<Record<string, string | number | readonly string[]>>;

/** What {@link writeStory} works with. */
export interface StoryRecording {
  /** Oldest first. Those about other numbers are left out. */
  readonly webhooks: readonly RecordedWebhook[];
  /** Of the account. */
  readonly number: string;
  /** What must not be in the story, wherever it stands. */
  readonly secrets: readonly string[];
}

/** The story as YAML; it can be played as it is. Undefined when nobody texts or calls in what was recorded. */
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
  /** Texts that a document said, whose delivery is told of later. */
  const answered: string[] = [];
  /** Who is in a call, and whether it goes on until somebody hangs up. */
  const talking = new Map<string, boolean>();
  return webhooks.flatMap((webhook) => {
    const action = findRecordedAction(webhook);
    return action?.number === recorded.number ? writeAction(webhook, action) : [];
  });

  function writeAction(webhook: RecordedWebhook, action: RecordedAction): WrittenStep[] {
    const phone = recorded.anonymizer.phone(action.phone);
    const words = recorded.anonymizer.words(action.content);
    const { texts, words: said, callees } = readTwimlContent(webhook.twiml);
    const answers = () => [
      ...texts.map((text) => expectSaid({ 'expect text': phone, from: recorded.name }, 'is', text, recorded)),
      ...said.map((text) => expectSaid({ 'expect heard': phone }, 'contains', text, recorded)),
      ...callees.map((callee) => ({ 'expect call': recorded.anonymizer.phone(callee) })),
    ];
    if (action.kind === 'text') {
      answered.push(...texts.map(() => phone));
      const media = Array.from({ length: action.media }, () => PICTURE);
      const step = { text: words, from: phone, to: recorded.name, ...(media.length > 0 && { media }) };
      return [step, ...expectStatus('inbound-text', webhook), ...answers()];
    }
    if (action.kind === 'delivery') return expectDelivery(phone);
    if (action.kind === 'call') {
      talking.set(phone, callees.length > 0);
      return [{ call: recorded.name, from: phone }, ...expectStatus('call', webhook), ...answers()];
    }
    const goesOn = talking.get(phone);
    // A call whose beginning was not recorded is none that could go on.
    if (goesOn === undefined) return [];
    if (action.kind === 'end') {
      talking.delete(phone);
      return goesOn ? [{ 'hang up': phone }] : [];
    }
    talking.set(phone, callees.length > 0);
    const { content } = action;
    return [
      action.kind === 'keys' ? { press: content, from: phone } : { say: words, from: phone },
      ...answers(),
    ];
  }

  function expectDelivery(phone: string): WrittenStep[] {
    const at = answered.indexOf(phone);
    if (at === -1) return [{ 'expect text': phone, from: recorded.name }];
    answered.splice(at, 1);
    return [];
  }
}

function expectStatus(purpose: string, { status }: RecordedWebhook): WrittenStep[] {
  return status === null ? [] : [{ 'expect webhook': purpose, status }];
}

/** Words in which something was replaced may be others when it is played: then any do. */
function expectSaid(
  step: WrittenStep,
  how: string,
  text: string,
  { anonymizer }: RecordedNumber,
): WrittenStep {
  const words = anonymizer.words(text);
  return words === text.replaceAll('$', '$$$$') ? { ...step, [how]: words } : step;
}

/** Where texts and calls of the number led, as paths of the app. */
function findWebhookPaths(webhooks: readonly RecordedWebhook[]): Readonly<Record<string, string>> {
  const pathOf = (kind: RecordedAction['kind']) =>
    webhooks.find((one) => findRecordedAction(one)?.kind === kind)?.path;
  const [texts, calls] = [pathOf('text'), pathOf('call')];
  return { ...(texts && { texts }), ...(calls && { calls }) };
}
