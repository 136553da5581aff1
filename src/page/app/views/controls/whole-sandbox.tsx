// The whole sandbox: a reset, a state to go back to, and an undo of both.
import { useSignal } from '@preact/signals';
import { ActButton } from '../../parts/act-button.js';
import { Card, type CardProps } from './card.js';

/** Resets, keeps and restores it. */
export function WholeSandbox({ lab, act }: CardProps) {
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
            <ActButton lab={lab} class="decline" onClick={reset}>
              Yes, empty it
            </ActButton>
          </>
        ) : (
          <ActButton
            lab={lab}
            onClick={() => {
              isAsked.value = true;
            }}
          >
            Reset
          </ActButton>
        )}
        <ActButton lab={lab} disabled={!canUndo} onClick={undo}>
          Undo
        </ActButton>
      </div>
      <p class="quiet-text">Keep what is here now, and go back to it as often as you like.</p>
      <div class="inline">
        <ActButton lab={lab} onClick={keep}>
          Keep this state
        </ActButton>
        <ActButton lab={lab} onClick={goBack}>
          Go back to it
        </ActButton>
      </div>
    </Card>
  );
}
