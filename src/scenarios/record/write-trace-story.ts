// Writes a trace of the sandbox as a story: what its phones did, what reached them, and how the app answered.
import { formatYaml } from '../../yaml-text.js';
import { type Anonymizer, createAnonymizer, isFictional } from './anonymizer.js';

/** Something that a story does or expects, at a moment of the trace. */
export type TraceMoment = {
  /** Milliseconds since 1970, on the clock of the sandbox. */
  readonly at: number;
} & (
  | {
      readonly kind: 'text';
      readonly phone: string;
      readonly number: string;
      readonly body: string;
      /** How many files came with it. */
      readonly media: number;
    }
  | {
      readonly kind: 'call';
      readonly phone: string;
      readonly number: string;
      readonly isCallerIdWithheld: boolean;
    }
  | { readonly kind: 'keys' | 'words'; readonly phone: string; readonly content: string }
  | { readonly kind: 'hang up'; readonly phone: string }
  | {
      /** The app answered a webhook, or failed to. */
      readonly kind: 'webhook';
      readonly purpose: 'inbound-text' | 'call';
      /** Path and query. */
      readonly path: string;
      readonly status: number | null;
      readonly errorCode: number | null;
    }
  | {
      readonly kind: 'text reached';
      readonly phone: string;
      readonly number: string;
      readonly body: string;
      readonly media: number;
    }
  | {
      /** A text to a phone was undelivered, or failed. */
      readonly kind: 'text lost';
      readonly phone: string;
      readonly number: string;
      readonly status: 'undelivered' | 'failed';
      readonly errorCode: number;
    }
  | {
      readonly kind: 'rings';
      readonly phone: string;
      /** What the phone shows. */
      readonly shown: string;
      /** What the phone does then. */
      readonly calls: 'answers' | 'rejects' | 'busy' | 'no-answer';
    }
  | { readonly kind: 'hears'; readonly phone: string; readonly content: string }
  | { readonly kind: 'lacks'; readonly name: string }
);

/** The input of {@link writeTraceStory}. */
export interface TraceRecording {
  /** In the order of time. */
  readonly moments: readonly TraceMoment[];
  /** Whether the app is Firefox Relay, so that its number is a mask. */
  readonly isMask: boolean;
  /** Whether the clock of the sandbox stands still between advances. */
  readonly isClockManual: boolean;
  /** Values that must not appear in the story. */
  readonly secrets: readonly string[];
}

type Step = Readonly<Record<string, string | number | readonly string[]>>;

/** A one-pixel image. It stands in for the files of a text. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

/** An expectation waits for 5 s by itself. After a longer gap it gets its own time, milliseconds. */
const [LONG_GAP_MS, MORE_MS] = [4000, 5000];

/** Codes of texts that carriers refuse because their sender is not registered. */
const UNREGISTERED: Readonly<Record<number, Step>> = {
  30034: { a2p: 'unregistered' },
  30032: { 'toll-free': 'unverified' },
};

/** Writes a playable story as YAML. Returns undefined if no phone texts or calls in the trace. */
export function writeTraceStory({
  moments,
  isMask,
  isClockManual,
  secrets,
}: TraceRecording): string | undefined {
  const number = findNumber(moments);
  if (number === undefined) return undefined;
  const name = isMask ? 'mask' : 'number';
  const owner = isMask ? findOwner(moments) : undefined;
  const anonymizer = createAnonymizer({
    number: { real: number, name },
    owner,
    secrets,
    keepsFictional: true,
  });
  const names = { number, name, anonymizer };
  const steps = moments.flatMap((moment, index) => {
    const gapMs = moment.at - (moments[index - 1]?.at ?? moment.at);
    return writeMoment(moment, names).flatMap((step) =>
      gapMs < LONG_GAP_MS ? [step] : waitFor(step, gapMs, isClockManual),
    );
  });
  const prepared = moments.flatMap((moment) => prepare(moment, names));
  const phones = anonymizer.phones();
  return formatYaml({
    story: 'a recorded trace',
    phones: isMask ? { owner: null, ...phones } : phones,
    ...(isMask ? { masks: { mask: 'owner' } } : { numbers: { number: planNumber(moments, number) } }),
    steps: removeRepeated([...prepared, ...steps]),
  });
}

/** The number that the first phone acts on. */
function findNumber(moments: readonly TraceMoment[]): string | undefined {
  const act = moments.find(({ kind }) => kind === 'text' || kind === 'call');
  return act?.kind === 'text' || act?.kind === 'call' ? act.number : undefined;
}

/**
 * The owner of a mask: the phone that rings, or that gets a text with Firefox Relay's mark. If another phone gets a text
 * without it, the owner is the one that acts.
 */
function findOwner(moments: readonly TraceMoment[]): string | undefined {
  const ringing = moments.find(({ kind }) => kind === 'rings');
  if (ringing?.kind === 'rings') return ringing.phone;
  const [first] = moments;
  const reached = moments.filter((one) => one.kind === 'text reached');
  const marked = reached.find(({ body }) => body.includes('📲'));
  if (marked) return marked.phone;
  const acting = first && 'phone' in first ? first.phone : undefined;
  return reached.some(({ phone }) => phone !== acting) ? acting : undefined;
}

/** A number of the sandbox is played on as it is; another one is bought, with the app's paths. */
function planNumber(moments: readonly TraceMoment[], number: string): Readonly<Record<string, string>> {
  if (isFictional(number)) return { number };
  const pathOf = (purpose: 'inbound-text' | 'call') => {
    const webhook = moments.find((one) => one.kind === 'webhook' && one.purpose === purpose);
    return webhook?.kind === 'webhook' ? webhook.path : undefined;
  };
  const [texts, calls] = [pathOf('inbound-text'), pathOf('call')];
  return { ...(texts && { texts }), ...(calls && { calls }) };
}

interface Names {
  readonly number: string;
  readonly name: string;
  readonly anonymizer: Anonymizer;
}

/** What has to be set before the first act, so that phones and carriers do again what they did. */
function prepare(moment: TraceMoment, { anonymizer, number, name }: Names): Step[] {
  if (moment.kind === 'call' && moment.isCallerIdWithheld)
    return [{ phone: anonymizer.nameOf(moment.phone), 'caller id': 'withheld' }];
  if (moment.kind === 'rings') return [{ phone: anonymizer.nameOf(moment.phone), calls: moment.calls }];
  if (moment.kind !== 'text lost') return [];
  const { errorCode, status, phone } = moment;
  const compliance = UNREGISTERED[errorCode];
  if (compliance) return moment.number === number ? [{ sender: name, ...compliance }] : [];
  const texts = status === 'failed' ? `failed ${errorCode}` : String(errorCode);
  return [{ phone: anonymizer.nameOf(phone), texts }];
}

function writeMoment(moment: TraceMoment, names: Names): Step[] {
  const { anonymizer, name } = names;
  switch (moment.kind) {
    case 'text': {
      const media = Array.from({ length: moment.media }, () => PICTURE);
      const text = anonymizer.anonymize(moment.body);
      const from = anonymizer.nameOf(moment.phone);
      return [{ text, from, to: name, ...(media.length > 0 && { media }) }];
    }
    case 'call':
      return [{ call: name, from: anonymizer.nameOf(moment.phone) }];
    case 'keys':
      return [{ press: moment.content, from: anonymizer.nameOf(moment.phone) }];
    case 'words':
      return [{ say: anonymizer.anonymize(moment.content), from: anonymizer.nameOf(moment.phone) }];
    case 'hang up':
      return [{ 'hang up': anonymizer.nameOf(moment.phone) }];
    case 'webhook': {
      const { purpose, status, errorCode } = moment;
      const answer = { ...(status !== null && { status }), ...(errorCode !== null && { error: errorCode }) };
      return [{ 'expect webhook': purpose, ...answer }];
    }
    case 'text reached': {
      const { phone, body, media } = moment;
      const step = { 'expect text': anonymizer.nameOf(phone), ...fromNumber(moment.number, names) };
      return [{ ...step, ...expectSaid('is', body, names), ...(media > 0 && { media }) }];
    }
    case 'text lost':
      return [{ 'expect no text': anonymizer.nameOf(moment.phone), ...fromNumber(moment.number, names) }];
    case 'rings': {
      const phone = anonymizer.nameOf(moment.phone);
      return [{ 'expect call': phone, ...fromNumber(moment.shown, names) }];
    }
    case 'hears': {
      const said = expectSaid('contains', moment.content, names);
      return said ? [{ 'expect heard': anonymizer.nameOf(moment.phone), ...said }] : [];
    }
    case 'lacks':
      return [{ 'expect unsupported': moment.name }];
  }
}

/** Another number than that of the story may be another one when it is played. */
function fromNumber(shown: string, { number, name }: Names): Step {
  return shown === number ? { from: name } : {};
}

/** Expects the text, unless parts of it were replaced that may differ when the story is played. */
function expectSaid(how: 'is' | 'contains', text: string, { anonymizer, number, name }: Names) {
  const safe = anonymizer.anonymize(text);
  const filled = safe.replace(/\$(\$|[A-Za-z]\w*)/g, (_, variable: string) => {
    if (variable === '$') return '$';
    return variable === name ? number : (anonymizer.numberOf(variable) ?? '');
  });
  return filled === text ? { [how]: safe } : undefined;
}

function waitFor(step: Step, gapMs: number, isClockManual: boolean): Step[] {
  if (isClockManual) return [{ advance: `${Math.ceil(gapMs / 1000)}s` }, step];
  const isExpectation = Object.keys(step).some(
    (key) => key.startsWith('expect ') && key !== 'expect no text',
  );
  return [isExpectation ? { ...step, within: `${Math.ceil((gapMs + MORE_MS) / 1000)}s` } : step];
}

/** A prompt that is said again and again, or a phone that is set twice, is one step. */
function removeRepeated(steps: readonly Step[]): readonly Step[] {
  return steps.filter((step, index) => {
    const isAct = ['text', 'call', 'press', 'say', 'hang up', 'advance', 'expect text'].some(
      (key) => key in step,
    );
    return isAct || JSON.stringify(step) !== JSON.stringify(steps[index - 1]);
  });
}
