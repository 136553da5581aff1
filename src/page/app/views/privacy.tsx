// Privacy: which phones may be shown a number, and every time that another one was.
import { useSignal } from '@preact/signals';
import type { CheckedAssertion } from '../../../sandbox/phones/exposure/assertions.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { ActButton, WhyOff } from '../parts/act-button.js';
import { Failure, Link, OutcomeSign, Skeleton } from '../parts/common.js';
import { formatMoment, readNumber, readNumbers, showNumber, showText } from '../words.js';

/** Shows the assertions, each with what breaks it. */
export function Privacy({ lab }: { readonly lab: Lab }) {
  const assertions = lab.holdings.value?.assertions;
  const [number, allowed, error] = [useSignal(''), useSignal(''), useSignal<unknown>(undefined)];
  const add = async (event: Event) => {
    event.preventDefault();
    error.value = undefined;
    try {
      await lab.api.send('PUT', `/assertions/${inPath(readNumber(number.value))}`, {
        allowed: readNumbers(allowed.value),
      });
      [number.value, allowed.value] = ['', ''];
    } catch (failure) {
      error.value = failure;
    }
    lab.refresh();
  };
  if (!assertions) return <Skeleton />;
  return (
    <section class="privacy" aria-label="Privacy">
      <p class="lead">
        A real number must be shown to nobody else. State it here once; it is kept, and{' '}
        <code>sandbox leaks</code> and <code>smoke</code> check the same: exit code 6 makes a CI job fail.
      </p>
      <WhyOff lab={lab} />
      <form class="inline" onSubmit={add}>
        <label>
          Number to hide
          <input
            value={number.value}
            placeholder="+12125550190"
            onInput={({ currentTarget }) => {
              number.value = currentTarget.value;
            }}
          />
        </label>
        <label>
          Phones that may see it
          <input
            value={allowed.value}
            placeholder="none"
            onInput={({ currentTarget }) => {
              allowed.value = currentTarget.value;
            }}
          />
        </label>
        <ActButton lab={lab} type="submit" class="primary">
          Watch it
        </ActButton>
      </form>
      {error.value !== undefined && <Failure error={error.value} />}
      {assertions.map((assertion) => (
        <Assertion key={assertion.id} lab={lab} assertion={assertion} />
      ))}
      {assertions.length === 0 && <p class="quiet-text">No number is watched yet.</p>}
    </section>
  );
}

function Assertion({ lab, assertion }: { readonly lab: Lab; readonly assertion: CheckedAssertion }) {
  const { number, allowed, isKept, exposures } = assertion;
  const error = useSignal<unknown>(undefined);
  const remove = async () => {
    error.value = undefined;
    await lab.api.send('DELETE', `/assertions/${inPath(number)}`).catch((failure) => {
      error.value = failure;
    });
    lab.refresh();
  };
  return (
    <article class="card">
      <h2 class="spread">
        <span>
          <OutcomeSign outcome={isKept ? 'done' : 'failed'} /> {showNumber(number)}
        </span>
        <ActButton lab={lab} class="quiet" onClick={remove}>
          Stop watching<span class="hidden"> {showNumber(number)}</span>
        </ActButton>
      </h2>
      {error.value !== undefined && <Failure error={error.value} />}
      <p class="quiet-text">
        {allowed.length === 0
          ? 'Only its own phone may see it.'
          : `Besides its own phone, ${allowed.map(showNumber).join(', ')} may see it.`}{' '}
        {isKept && 'Nobody else did.'}
      </p>
      <ul>
        {exposures.map((exposure) => (
          <li key={`${exposure.sid}-${exposure.phone}-${exposure.how}`} class="exposure">
            <strong>{showNumber(exposure.phone)}</strong> saw{' '}
            <bdi class="outside">{showText(exposure.written)}</bdi> in its {exposure.how}:{' '}
            <bdi class="outside">{showText(exposure.excerpt)}</bdi>{' '}
            <span class="quiet-text">{formatMoment(exposure.at)}</span>{' '}
            {exposure.traceId !== null && (
              <Link
                to={`/t/${encodeURIComponent(exposure.traceId)}${exposure.eventId === null ? '' : `/e/${exposure.eventId}`}`}
              >
                how?
              </Link>
            )}
          </li>
        ))}
      </ul>
    </article>
  );
}
