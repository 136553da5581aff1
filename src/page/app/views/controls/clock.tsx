// The clock: a manual one is advanced, a real one only shown.
import { useSignal } from '@preact/signals';
import { ActButton } from '../../parts/act-button.js';
import { formatMoment } from '../../words.js';
import { Card, type CardProps, typeInto } from './card.js';

/** Shows the clock. */
export function ClockControls({ lab, act }: CardProps) {
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
        <ActButton lab={lab} onClick={() => void advance(by.value)}>
          Advance
        </ActButton>
        <ActButton
          lab={lab}
          disabled={untilNext === undefined}
          onClick={() => untilNext !== undefined && void advance(Math.max(1, untilNext))}
        >
          To the next timer
        </ActButton>
      </div>
    </Card>
  );
}
