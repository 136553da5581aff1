// The controls of the sandbox, each on a card, and what went wrong with the latest one.
import { useSignal } from '@preact/signals';
import type { Lab } from '../../lab.js';
import { WhyOff } from '../../parts/act-button.js';
import { Failure } from '../../parts/common.js';
import { Behaviours } from './behaviours.js';
import { ClockControls } from './clock.js';
import { Faults } from './faults.js';
import { OptOuts } from './opt-outs.js';
import { Registrations } from './registrations.js';
import { WholeSandbox } from './whole-sandbox.js';

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
      <WhyOff lab={lab} />
      {error.value !== undefined && <Failure error={error.value} />}
      <div class="cards">
        <ClockControls lab={lab} act={act} />
        <Behaviours lab={lab} act={act} />
        <Faults lab={lab} act={act} />
        <OptOuts lab={lab} act={act} />
        <Registrations lab={lab} act={act} />
        <WholeSandbox lab={lab} act={act} />
      </div>
    </section>
  );
}
