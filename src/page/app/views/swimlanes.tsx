// A trace as swimlanes: the phones, Twilio and the app, with an arrow for everything that passed between them.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import { isGuessed } from '../../../sandbox/traces/facts.js';
import type { Trace } from '../../../sandbox/traces/reducer.js';
import { formatDuration, GAP_MS, showNumber, wordEvent } from '../words.js';

interface SwimlanesProps {
  readonly trace: Trace;
  readonly selected: number | undefined;
  readonly onSelect: (eventId: number) => void;
}

/** The heights of a step, of the names of the lanes and of a gap, pixels. */
const [STEP, HEAD, GAP] = [34, 44, 24];

/** How narrow and how wide a lane may be, and below which width its name takes two lines, pixels. */
const [MIN_LANE, MAX_LANE, WHOLE_NAME] = [90, 320, 120];

/** About the width of a letter, pixels. */
const LETTER = 6.6;

const [TWILIO, APP] = ['Twilio', 'your app'];

/** An arrow from lane to lane; a dot if both are the same. */
interface Arrow {
  readonly event: SandboxEvent;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Draws the trace. Each arrow is also a button, in the order of time. */
export function Swimlanes({ trace, selected, onSelect }: SwimlanesProps) {
  const { phones } = trace.summary;
  const [first, ...others] = phones;
  const lanes = [...(first === undefined ? [] : [first]), TWILIO, APP, ...others.slice(0, 4)];
  const arrows = trace.tree
    .map(({ event }) => event)
    .toSorted((one, other) => one.id - other.id)
    .flatMap((event) => drawArrow(event, lanes) ?? []);
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const laneWidth = Math.min(MAX_LANE, Math.max(MIN_LANE, Math.floor(width.value / lanes.length)));
  const x = (lane: string) => (lanes.indexOf(lane) + 0.5) * laneWidth;
  const tops = placeArrows(arrows);
  const height = (tops.at(-1) ?? HEAD) + STEP + 12;
  return (
    <div class="lanes" role="region" aria-label="Who did what" tabIndex={0} ref={box}>
      {others.length > 4 && <p class="quiet-text">{others.length - 4} more phones are only in the steps.</p>}
      <svg
        width={lanes.length * laneWidth}
        height={height}
        role="group"
        aria-label="The trace from lane to lane"
      >
        {lanes.map((lane) => (
          <g key={lane}>
            <line x1={x(lane)} x2={x(lane)} y1={HEAD - 8} y2={height} class="lane" />
            <text text-anchor="middle" class="lane-name">
              {splitName(lane, laneWidth).map((line, index, { length }) => (
                <tspan key={line} x={x(lane)} y={20 + (index - (length - 1) / 2) * 15}>
                  {line}
                </tspan>
              ))}
            </text>
          </g>
        ))}
        {arrows.map(({ event, from, to, text }, index) => {
          const top = tops[index] ?? HEAD;
          const y = top + 18;
          const gap = findGap(arrows, index);
          const isAGuess = isGuessed(event);
          const [start, end] = [x(from), x(to)];
          const direction = Math.sign(end - start);
          const words = placeWords(start, end, lanes.length * laneWidth);
          const suffix = isAGuess ? ' (guessed)' : '';
          const shown = cut(text, Math.floor((words.room - 16) / LETTER) - suffix.length);
          const button = (
            <g
              role="button"
              tabIndex={0}
              aria-label={`${from} to ${to}: ${shown}${isAGuess ? ', guessed' : ''}`}
              aria-pressed={event.id === selected}
              class={`arrow ${readOutcome(event)}${isAGuess ? ' guessed' : ''}${event.id === selected ? ' selected' : ''}`}
              onClick={() => onSelect(event.id)}
              onKeyDown={(press) => {
                if (press.key !== 'Enter' && press.key !== ' ') return;
                press.preventDefault();
                onSelect(event.id);
              }}
            >
              <rect x={0} y={top} width={lanes.length * laneWidth} height={STEP} class="arrow-row" />
              {direction === 0 ? (
                <circle cx={start} cy={y} r={4} />
              ) : (
                <>
                  <line x1={start} x2={end - direction * 6} y1={y} y2={y} />
                  <path d={`M${end} ${y}l${-direction * 8} -4v8z`} />
                </>
              )}
              <text x={words.x} y={y - 5} text-anchor={words.anchor}>
                {shown + suffix}
              </text>
            </g>
          );
          return (
            <g key={event.id}>
              {/* Not in the button, whose name does not have these words. */}
              {gap > GAP_MS && (
                <text x={(lanes.length * laneWidth) / 2} y={top - 8} text-anchor="middle" class="lane-gap">
                  {formatDuration(gap)} later
                </text>
              )}
              {button}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** Milliseconds since the arrow before. */
function findGap(arrows: readonly Arrow[], index: number): number {
  const [before, now] = [arrows[index - 1], arrows[index]];
  return before && now ? Date.parse(now.event.at) - Date.parse(before.event.at) : 0;
}

/** The upper edge of each arrow's row: a long gap takes a line, however long it is. */
function placeArrows(arrows: readonly Arrow[]): readonly number[] {
  let top = HEAD - STEP;
  return arrows.map((_, index) => {
    top += STEP + (findGap(arrows, index) > GAP_MS ? GAP : 0);
    return top;
  });
}

/** A phone number is the only name that is too long for a narrow lane. */
function splitName(lane: string, laneWidth: number): readonly string[] {
  if (!lane.startsWith('+')) return [lane];
  const number = showNumber(lane);
  const [, start = '', end = ''] = /^(\S+ \S+) (.+)$/.exec(number) ?? [];
  return laneWidth < WHOLE_NAME && end !== '' ? [start, end] : [number];
}

/** Where the words of an arrow or a dot stand, and how wide they may be: no others are in their row. */
function placeWords(start: number, end: number, width: number) {
  const middle = (start + end) / 2;
  if (start !== end)
    return { x: middle, anchor: 'middle', room: 2 * Math.min(middle, width - middle) } as const;
  return start > width / 2
    ? ({ x: start - 10, anchor: 'end', room: start - 10 } as const)
    : ({ x: start + 10, anchor: 'start', room: width - start - 10 } as const);
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function drawArrow(event: SandboxEvent, lanes: readonly string[]): Arrow | undefined {
  const [label, content] = wordEvent(event);
  const arrow = (from: string, to: string, text: string): Arrow | undefined =>
    lanes.includes(from) && lanes.includes(to) ? { event, from, to, text } : undefined;
  switch (event.kind) {
    case 'phone.texts':
      return arrow(event.from, TWILIO, `“${event.body}”`);
    case 'webhook.began':
      return arrow(TWILIO, APP, `${event.method} ${pathOf(event.url)}`);
    case 'webhook.sent':
      return arrow(
        APP,
        TWILIO,
        `${event.status ?? 'no answer'} ${event.failure === null ? '' : event.verdict}`,
      );
    case 'request.in':
      return arrow(APP, TWILIO, `${event.method} ${event.path.split('/').at(-1) ?? ''} → ${event.status}`);
    case 'text.reached-phone':
      return arrow(TWILIO, event.to, `“${event.body}”`);
    case 'phone.call': {
      const isOwnAct = !['rings', 'hears', 'is answered', 'is hung up on'].includes(event.act);
      const text = `${event.act}${event.detail === null ? '' : `: ${event.detail}`}`;
      return isOwnAct ? arrow(event.phone, TWILIO, text) : arrow(TWILIO, event.phone, text);
    }
    case 'twiml.alert':
    case 'unsupported':
    case 'exposure':
    case 'opt-out':
    case 'fault.hit':
      return arrow(TWILIO, TWILIO, `${label}: ${content}`);
    default:
      return undefined;
  }
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
