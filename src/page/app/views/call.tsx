// The call that a phone is in: who calls, answer and decline, a keypad, something to say, and the transcript.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LoggedCall } from '../../../sandbox/phones/calls/call-log.js';
import type { PhoneSummary } from '../../../sandbox/phones/phones.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { ActButton, WhyOff } from '../parts/act-button.js';
import { Failure } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { showNumber, showText } from '../words.js';
import { nameOf } from './phone-words.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

interface CallProps {
  readonly lab: Lab;
  readonly number: string;
  readonly live: NonNullable<PhoneSummary['liveCall']>;
}

/** Covers its phone, and no other. */
export function CallPanel({ lab, number, live }: CallProps) {
  const words = useSignal('');
  const error = useSignal<unknown>(undefined);
  const latest = useComputed(
    () => lab.events.value.findLast(({ kind }) => kind === 'phone.call' || kind === 'gather.waiting')?.id,
  ).value;
  const calls = useLoaded(
    () => lab.api.get<LoggedCall[]>(`/phones/${inPath(number)}/calls`),
    [number, latest, live.state],
  ).value.value;
  const call = calls?.find(({ sid }) => sid === live.sid);
  const act = async (name: string, body?: object) => {
    error.value = undefined;
    try {
      await lab.api.send('POST', `/phones/${inPath(number)}/calls/${live.sid}/${name}`, body);
    } catch (failure) {
      error.value = failure;
    }
    lab.refresh();
  };
  /** The latest of the keys and words. Each is sent when the one before has arrived, so that their order stays. */
  const input = useRef(Promise.resolve());
  const enter = (work: () => Promise<void>) => {
    input.current = input.current.then(work);
  };
  const press = (keys: string) => enter(() => act('press', { keys }));
  const say = () => {
    const said = words.value;
    words.value = '';
    enter(async () => {
      await act('say', { words: said });
      // What was not said is not lost.
      if (error.value !== undefined && words.value === '') words.value = said;
    });
  };
  const isRinging = live.state === 'ringing';
  return (
    <div
      class={`call-view${isRinging ? ' rings' : ''}`}
      role="group"
      aria-label={`Call with ${showNumber(live.shown)}`}
      tabIndex={-1}
    >
      <div role={isRinging ? 'alert' : undefined}>
        <p class="call-state">
          {nameOf(lab, number)} · {describeState(live.state)}
        </p>
        <p class="call-party">{showNumber(live.shown)}</p>
      </div>
      <WhyOff lab={lab} />
      {isRinging && (
        <div class="inline">
          <ActButton lab={lab} class="answer" onClick={() => void act('answer')}>
            Answer
          </ActButton>
          <ActButton lab={lab} class="decline" onClick={() => void act('reject')}>
            Decline
          </ActButton>
        </div>
      )}
      {call && !isRinging && <Transcript call={call} />}
      {live.state === 'talking' && (
        <>
          {call?.waitsFor && <p class="waits">The app waits for {describeWait(call.waitsFor)}</p>}
          <div class="keypad">
            {KEYS.map((key) => (
              <ActButton
                lab={lab}
                key={key}
                aria-label={`Key ${key}`}
                data-digit={key}
                onClick={() => press(key)}
              >
                {key}
              </ActButton>
            ))}
          </div>
          <form
            class="inline"
            onSubmit={(event) => {
              event.preventDefault();
              if (words.value !== '') say();
            }}
          >
            <input
              aria-label="Say something"
              placeholder="Say something"
              value={words.value}
              onInput={({ currentTarget }) => {
                words.value = currentTarget.value;
              }}
            />
            <ActButton lab={lab} type="submit">
              Say
            </ActButton>
          </form>
        </>
      )}
      {!isRinging && (
        <ActButton lab={lab} class="decline" onClick={() => void act('hang-up')}>
          Hang up
        </ActButton>
      )}
      {error.value !== undefined && <Failure error={error.value} />}
    </div>
  );
}

function describeState(state: LoggedCall['state']): string {
  return { ringing: 'Incoming call', calling: 'Calling', talking: 'In a call' }[state as string] ?? state;
}

function describeWait({
  input,
  numDigits,
  finishOnKey,
  timeoutSeconds,
}: NonNullable<LoggedCall['waitsFor']>): string {
  const what = input
    .map((one) => {
      if (one === 'speech') return 'words';
      return numDigits === null ? 'keys' : `${numDigits} ${numDigits === 1 ? 'key' : 'keys'}`;
    })
    .join(' or ');
  return `${what}${finishOnKey === '' ? '' : `, ended by ${finishOnKey}`}, ${timeoutSeconds} s`;
}

/** What was said in both directions, in the order of time. */
function Transcript({ call: { heard, said } }: { readonly call: LoggedCall }) {
  const lines = [
    ...heard.map((line) => ({ ...line, who: 'heard' })),
    ...said.map((line) => ({ ...line, who: 'said' })),
  ].toSorted((one, other) => (one.at ?? '').localeCompare(other.at ?? ''));
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [lines.length]);
  return (
    <ol class="transcript" aria-label="What was said" ref={list} tabIndex={0}>
      {lines.map(({ who, kind, content }, index) => (
        <li key={index} class={who}>
          <span class="quiet-text">{kind === 'keys' ? 'keys ' : kind === 'play' ? 'plays ' : ''}</span>
          <bdi>{showText(content)}</bdi>
        </li>
      ))}
    </ol>
  );
}
