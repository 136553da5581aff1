// Writes a story of what was recorded between phones and a number of the account.
import { formatYaml } from '../../yaml-text.js';
import { createDisguise, type Disguise } from './disguise.js';
import { findRecordedAct, type RecordedAct, type RecordedWebhook } from './happening.js';
import { findOwner, isOfMask } from './owner.js';
import { readSaid } from './said.js';

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
  const isMask = webhooks.some(isOfMask);
  const name = isMask ? 'mask' : 'number';
  const owner = isMask ? findOwner(webhooks) : undefined;
  const disguise = createDisguise({ number: { real: number, name }, owner, secrets });
  const steps = writeSteps(webhooks, { number, name, disguise });
  if (!steps.some((step) => 'text' in step || 'call' in step)) return undefined;
  const phones = disguise.phones();
  const story = {
    story: 'a recorded conversation',
    phones: isMask ? { owner: null, ...phones } : phones,
    ...(isMask ? { masks: { mask: 'owner' } } : { numbers: { number: findLeading(webhooks) } }),
    steps,
  };
  return formatYaml(story);
}

interface Cast {
  readonly number: string;
  readonly name: string;
  readonly disguise: Disguise;
}

function writeSteps(webhooks: readonly RecordedWebhook[], cast: Cast): WrittenStep[] {
  /** Texts that a document said, whose delivery is told of later. */
  const answered: string[] = [];
  /** Who is in a call, and whether it goes on until somebody hangs up. */
  const talking = new Map<string, boolean>();
  return webhooks.flatMap((webhook) => {
    const happening = findRecordedAct(webhook);
    return happening?.number === cast.number ? writeHappening(webhook, happening) : [];
  });

  function writeHappening(webhook: RecordedWebhook, happening: RecordedAct): WrittenStep[] {
    const phone = cast.disguise.phone(happening.phone);
    const words = cast.disguise.words(happening.content);
    const { texts, words: said, callees } = readSaid(webhook.twiml);
    const answers = () => [
      ...texts.map((text) => expectWords({ 'expect text': phone, from: cast.name }, 'is', text, cast)),
      ...said.map((text) => expectWords({ 'expect heard': phone }, 'contains', text, cast)),
      ...callees.map((callee) => ({ 'expect call': cast.disguise.phone(callee) })),
    ];
    if (happening.kind === 'text') {
      answered.push(...texts.map(() => phone));
      const media = Array.from({ length: happening.media }, () => PICTURE);
      const step = { text: words, from: phone, to: cast.name, ...(media.length > 0 && { media }) };
      return [step, ...expectStatus('inbound-text', webhook), ...answers()];
    }
    if (happening.kind === 'delivery') return expectDelivery(phone);
    if (happening.kind === 'call') {
      talking.set(phone, callees.length > 0);
      return [{ call: cast.name, from: phone }, ...expectStatus('call', webhook), ...answers()];
    }
    const goesOn = talking.get(phone);
    // A call whose beginning was not recorded is none that could go on.
    if (goesOn === undefined) return [];
    if (happening.kind === 'end') {
      talking.delete(phone);
      return goesOn ? [{ 'hang up': phone }] : [];
    }
    talking.set(phone, callees.length > 0);
    const { content } = happening;
    return [
      happening.kind === 'keys' ? { press: content, from: phone } : { say: words, from: phone },
      ...answers(),
    ];
  }

  function expectDelivery(phone: string): WrittenStep[] {
    const at = answered.indexOf(phone);
    if (at === -1) return [{ 'expect text': phone, from: cast.name }];
    answered.splice(at, 1);
    return [];
  }
}

function expectStatus(purpose: string, { status }: RecordedWebhook): WrittenStep[] {
  return status === null ? [] : [{ 'expect webhook': purpose, status }];
}

/** Words in which something was replaced may be others when it is played: then any do. */
function expectWords(step: WrittenStep, how: string, text: string, { disguise }: Cast): WrittenStep {
  const words = disguise.words(text);
  return words === text.replaceAll('$', '$$$$') ? { ...step, [how]: words } : step;
}

/** Where texts and calls of the number led, as paths of the app. */
function findLeading(webhooks: readonly RecordedWebhook[]): Readonly<Record<string, string>> {
  const pathOf = (kind: RecordedAct['kind']) =>
    webhooks.find((one) => findRecordedAct(one)?.kind === kind)?.path;
  const [texts, calls] = [pathOf('text'), pathOf('call')];
  return { ...(texts && { texts }), ...(calls && { calls }) };
}
