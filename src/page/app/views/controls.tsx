// The controls of the sandbox: its clock, how phones behave, opt-outs, registrations, injected faults, reset, undo, and a kept state.
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { SenderCompliance } from '../../../sandbox/accounts/compliance/store.js';
import type { OptOut } from '../../../sandbox/messaging/opt-outs/opt-outs.js';
import type { Behaviour } from '../../../sandbox/phones/behaviour.js';
import type { FaultRule } from '../../../sandbox/server/faults.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { Failure } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { formatMoment, showNumber, showText } from '../words.js';
import { CALL_BEHAVIOURS, nameOf, wordBehaviour } from './phone-words.js';

/** A fault as the control API lists it. */
interface ListedFault {
  readonly id: string;
  readonly rule: FaultRule;
  readonly hits: number;
}

/** Shows the controls. */
export function Controls({ lab }: { readonly lab: Lab }) {
  const error = useSignal<unknown>(undefined);
  /** Does something, and looks at what it came to. */
  const act = async (work: () => Promise<unknown>) => {
    error.value = undefined;
    try {
      await work();
    } catch (failure) {
      error.value = failure;
    }
    lab.refresh();
  };
  return (
    <section class="controls" aria-label="Controls">
      {error.value !== undefined && <Failure error={error.value} />}
      <div class="cards">
        <Clock lab={lab} act={act} />
        <Behaviours lab={lab} act={act} />
        <Faults lab={lab} act={act} />
        <OptOuts lab={lab} act={act} />
        <Registrations lab={lab} act={act} />
        <WholeSandbox lab={lab} act={act} />
      </div>
    </section>
  );
}

interface CardProps {
  readonly lab: Lab;
  readonly act: (work: () => Promise<unknown>) => Promise<void>;
}

function Card({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <article class="card">
      <h2>{title}</h2>
      {children}
    </article>
  );
}

/** What a control of several with the same words is about, for those who do not see where it stands. */
function Of({ name }: { readonly name: string }) {
  return <span class="hidden">, {name}</span>;
}

function Clock({ lab, act }: CardProps) {
  const clock = lab.holdings.value?.state.clock;
  const by = useSignal('5m');
  if (!clock) return null;
  const advance = (time: string | number) => act(() => lab.api.send('POST', '/clock', { advance: time }));
  const untilNext =
    clock.nextTimerAt === null ? undefined : Date.parse(clock.nextTimerAt) - Date.parse(clock.now);
  if (clock.mode === 'real') {
    return (
      <Card title="Clock">
        <p>Time passes as usual. To control it, start with</p>
        <p>
          <code>relay-phone sandbox --clock manual</code>
        </p>
        {clock.nextTimerAt !== null && (
          <p class="quiet-text">The next thing falls due at {formatMoment(clock.nextTimerAt)}.</p>
        )}
      </Card>
    );
  }
  return (
    <Card title="Clock">
      <p>
        It is <time dateTime={clock.now}>{new Date(clock.now).toLocaleString()}</time>, and stands still.
      </p>
      <div class="inline">
        <input aria-label="Advance by" value={by.value} onInput={typeInto(by)} />
        <button type="button" onClick={() => void advance(by.value)}>
          Advance
        </button>
        <button
          type="button"
          disabled={untilNext === undefined}
          onClick={() => untilNext !== undefined && void advance(Math.max(1, untilNext))}
        >
          To the next timer
        </button>
      </div>
    </Card>
  );
}

/** Takes what is typed into a field. */
function typeInto(into: Signal<string>) {
  return ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    into.value = currentTarget.value;
  };
}

const TEXTS: Readonly<Record<string, readonly [words: string, texts: NonNullable<Behaviour['texts']>]>> = {
  delivered: ['gets them', 'delivered'],
  read: ['gets and reads them', 'read'],
  silent: ['gets them, sends no receipt', 'silent'],
  unreachable: ['undelivered: unreachable (30003)', { undelivered: 30003 }],
  filtered: ['undelivered: filtered (30007)', { undelivered: 30007 }],
};

function Behaviours({ lab, act }: CardProps) {
  const phones = (lab.holdings.value?.phones ?? []).filter(({ number }) => number.startsWith('+'));
  const change = (number: string, behaviour: Behaviour) =>
    act(() => lab.api.send('PUT', `/phones/${inPath(number)}/behaviour`, behaviour));
  return (
    <Card title="How phones behave">
      {phones.length === 0 && (
        <p class="quiet-text">A phone is listed once it texted, called, or was reached.</p>
      )}
      <ul class="rows">
        {phones.slice(0, 20).map(({ number, behaviour }) => (
          <li key={number} class="behaviour">
            <p>
              <strong>{nameOf(lab, number)}</strong>{' '}
              <span class="quiet-text">{wordBehaviour(behaviour)}</span>
            </p>
            <label>
              When called
              <Of name={nameOf(lab, number)} />
              <select
                value={behaviour.calls}
                onChange={({ currentTarget }) =>
                  void change(number, { calls: currentTarget.value as NonNullable<Behaviour['calls']> })
                }
              >
                {Object.entries(CALL_BEHAVIOURS).map(([name, words]) => (
                  <option key={name} value={name}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Texts
              <Of name={nameOf(lab, number)} />
              <select
                value={findTexts(behaviour.texts)}
                onChange={({ currentTarget }) => {
                  const texts = TEXTS[currentTarget.value]?.[1];
                  if (texts !== undefined) void change(number, { texts });
                }}
              >
                {Object.entries(TEXTS).map(([name, [words]]) => (
                  <option key={name} value={name}>
                    {words}
                  </option>
                ))}
                <option value="other" disabled>
                  another way
                </option>
              </select>
            </label>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function findTexts(texts: Behaviour['texts']): string {
  const found = Object.entries(TEXTS).find(([, [, one]]) => JSON.stringify(one) === JSON.stringify(texts));
  return found?.[0] ?? 'other';
}

function Faults({ lab, act }: CardProps) {
  const changes = useSignal(0);
  const latest = lab.events.value.findLast(({ kind }) => kind === 'fault.hit')?.id;
  const faults =
    useLoaded(() => lab.api.get<ListedFault[]>('/faults'), [changes.value, latest]).value.value ?? [];
  const [path, answer, times] = [useSignal('Messages'), useSignal('503'), useSignal('1')];
  const again = (work: () => Promise<unknown>) =>
    act(async () => {
      await work();
      changes.value += 1;
    });
  const add = (event: Event) => {
    event.preventDefault();
    const how =
      answer.value === 'drop' || answer.value === 'hang' ? answer.value : { status: Number(answer.value) };
    void again(() =>
      lab.api.send('POST', '/faults', {
        path: path.value,
        answer: how,
        ...(times.value !== '' && { times: Number(times.value) }),
      }),
    );
  };
  return (
    <Card title="Injected faults">
      <p class="quiet-text">Make requests of your app fail, to see what it does.</p>
      <form class="fault-form" onSubmit={add}>
        <label>
          Path contains
          <input value={path.value} onInput={typeInto(path)} />
        </label>
        <label>
          Answer
          <select
            value={answer.value}
            onChange={({ currentTarget }) => {
              answer.value = currentTarget.value;
            }}
          >
            {['400', '429', '500', '503', 'drop', 'hang'].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          Times
          <input value={times.value} inputMode="numeric" onInput={typeInto(times)} />
        </label>
        <button type="submit">Add</button>
      </form>
      <ul class="rows">
        {faults.map(({ id, rule, hits }) => (
          <li key={id}>
            <bdi class="outside">{showText(`${rule.method ?? ''} ${rule.path ?? 'any path'}`.trim())}</bdi>
            <span>→ {typeof rule.answer === 'string' ? rule.answer : rule.answer.status}</span>
            <span class="quiet-text">
              {rule.times === undefined ? `${hits} hits` : `${hits} of ${rule.times} hits`}
            </span>
            <button
              type="button"
              class="quiet"
              onClick={() => void again(() => lab.api.send('DELETE', `/faults/${inPath(id)}`))}
            >
              Remove
              <Of name={showText(`${rule.method ?? 'any'} ${rule.path ?? 'any path'}`)} />
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function OptOuts({ lab, act }: CardProps) {
  const latest = lab.events.value.findLast(
    ({ kind }) => kind === 'opt-out' || kind === 'sandbox.restored',
  )?.id;
  const changes = useSignal(0);
  const optOuts =
    useLoaded(() => lab.api.get<OptOut[]>('/opt-outs'), [latest, changes.value]).value.value ?? [];
  const optIn = ({ sender, phone }: OptOut) =>
    act(async () => {
      await lab.api.send('DELETE', `/opt-outs/${inPath(sender)}/${inPath(phone)}`);
      changes.value += 1;
    });
  return (
    <Card title="Opt-outs">
      {optOuts.length === 0 && <p class="quiet-text">No phone has texted STOP.</p>}
      <ul class="rows">
        {optOuts.map((one) => (
          <li key={`${one.sender} ${one.phone}`}>
            <strong>{nameOf(lab, one.phone)}</strong> gets nothing from {showNumber(one.sender)}
            <button type="button" class="quiet" onClick={() => void optIn(one)}>
              Opt in again
              <Of name={nameOf(lab, one.phone)} />
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Registrations({ lab, act }: CardProps) {
  const changes = useSignal(0);
  const numbers = lab.holdings.value?.numbers ?? [];
  const lacking =
    useLoaded(() => lab.api.get<SenderCompliance[]>('/compliance'), [changes.value, numbers.length]).value
      .value ?? [];
  const change = (sender: string, compliance: object) =>
    act(async () => {
      await lab.api.send('PUT', `/compliance/${inPath(sender)}`, compliance);
      changes.value += 1;
    });
  return (
    <Card title="Registration of the numbers">
      <p class="quiet-text">
        US carriers take texts of registered numbers only (10DLC, toll-free verification).
      </p>
      <ul class="rows">
        {numbers.map(({ number }) => {
          const lack = lacking.find(({ sender }) => sender === number);
          const isRegistered = lack === undefined;
          return (
            <li key={number}>
              <strong>{showNumber(number)}</strong>
              <span>{isRegistered ? 'registered' : 'not registered'}</span>
              <button
                type="button"
                class="quiet"
                onClick={() =>
                  void change(
                    number,
                    isRegistered
                      ? { a2p: 'unregistered', tollFree: 'unverified' }
                      : { a2p: 'registered', tollFree: 'verified' },
                  )
                }
              >
                {isRegistered ? 'Make it unregistered' : 'Register it'}
                <Of name={showNumber(number)} />
              </button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function WholeSandbox({ lab, act }: CardProps) {
  // The events that are known begin with the latest reset, or with what was restored.
  const first = lab.events.value[0]?.kind;
  const canUndo = first === 'sandbox.reset' || first === 'sandbox.restored';
  const isAsked = useSignal(false);
  const reset = () =>
    act(async () => {
      isAsked.value = false;
      await lab.api.send('POST', '/reset');
    });
  const undo = () => act(() => lab.api.send('POST', '/undo'));
  const keep = () => act(() => lab.api.send('POST', '/keep'));
  const goBack = () => act(() => lab.api.send('POST', '/go-back'));
  return (
    <Card title="The whole sandbox">
      <p class="quiet-text">A reset removes all numbers, texts and calls of the sandbox.</p>
      <div class="inline">
        {isAsked.value ? (
          <>
            <button
              type="button"
              onClick={() => {
                isAsked.value = false;
              }}
            >
              Keep it
            </button>
            <button type="button" class="decline" onClick={reset}>
              Yes, empty it
            </button>
          </>
        ) : (
          <button
            type="button"
            onClick={() => {
              isAsked.value = true;
            }}
          >
            Reset
          </button>
        )}
        <button type="button" disabled={!canUndo} onClick={undo}>
          Undo
        </button>
      </div>
      <p class="quiet-text">Keep what is here now, and go back to it as often as you like.</p>
      <div class="inline">
        <button type="button" onClick={keep}>
          Keep this state
        </button>
        <button type="button" onClick={goBack}>
          Go back to it
        </button>
      </div>
    </Card>
  );
}
