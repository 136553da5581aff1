// One phone: whom it talks to, that conversation with its composer, and the call that it is in.
import { useComputed, useSignal } from '@preact/signals';
import type { NumberSummary } from '../../../sandbox/numbers/incoming-phone-numbers/summaries.js';
import type { PhoneThread } from '../../../sandbox/traces/threads.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { ActButton } from '../parts/act-button.js';
import { Command, Failure } from '../parts/common.js';
import { showNumber } from '../words.js';
import { AppUrlForm } from './app-url-form.js';
import { CallPanel } from './call.js';
import { Composer } from './composer.js';
import { Conversation } from './conversation.js';
import { PhoneName, WhenCalled } from './phone-settings.js';
import { nameOf, wordBehaviour } from './phone-words.js';

interface PhoneColumnProps {
  readonly lab: Lab;
  readonly number: string;
  /** On a narrow window, only one phone is shown. */
  readonly isCurrent: boolean;
  readonly onClose: (() => void) | undefined;
}

/** Shows a phone. */
export function PhoneColumn({ lab, number, isCurrent, onClose }: PhoneColumnProps) {
  const summary = lab.holdings.value?.phones.find((phone) => phone.number === number);
  const threads = useComputed(() => lab.threads.value.filter(({ phone }) => phone === number)).value;
  const chosen = useSignal<string | undefined>(undefined);
  const owned = lab.holdings.value?.numbers.map((one) => one.number) ?? [];
  // A number of the account first: only those can be texted.
  const busiest = threads.find((thread) => owned.includes(thread.other)) ?? threads[0];
  const other = chosen.value ?? busiest?.other ?? owned.at(-1) ?? '';
  const newer = findNewer(threads, other);
  const behaviour = summary ? wordBehaviour(summary.behaviour) : '';
  const isUnanswered = hasNoWebhook(lab.holdings.value?.numbers.find((one) => one.number === other));
  const others = [...new Set([...threads.map((thread) => thread.other), ...owned])];
  return (
    <article class={`phone${isCurrent ? ' current' : ''}`} aria-label={`Phone ${nameOf(lab, number)}`}>
      <header>
        <PhoneName lab={lab} number={number} />
        {onClose && (
          <button type="button" class="quiet close" aria-label="Hide this phone" onClick={onClose}>
            ×
          </button>
        )}
        <WhenCalled lab={lab} number={number} calls={summary?.behaviour.calls} />
        {behaviour !== '' && <p class="quiet-text">{behaviour}</p>}
      </header>
      {/* A call covers the conversation, but neither whose phone it is nor a text that is being typed. */}
      <div class="phone-body">
        <div class="conversation" inert={summary?.liveCall ? true : undefined}>
          <div class="inline with">
            <label>
              <span class="hidden">Conversation with</span>
              <select
                value={other}
                onChange={({ currentTarget }) => {
                  chosen.value = currentTarget.value;
                }}
              >
                {others.map((one) => (
                  <option key={one} value={one}>
                    {nameOf(lab, one)}
                  </option>
                ))}
              </select>
            </label>
            <CallButton lab={lab} number={number} other={other} isAccounts={owned.includes(other)} />
          </div>
          {newer !== undefined && (
            <button
              type="button"
              class="quiet newer"
              onClick={() => {
                chosen.value = newer;
              }}
            >
              Newer: {nameOf(lab, newer)}
            </button>
          )}
          <Conversation key={other} lab={lab} number={number} other={other} isUnanswered={isUnanswered} />
          {isUnanswered && <NoWebhook lab={lab} phone={number} number={other} />}
        </div>
        {summary?.liveCall && <CallPanel lab={lab} number={number} live={summary.liveCall} />}
      </div>
      <Composer
        lab={lab}
        number={number}
        other={other}
        isAccounts={owned.includes(other)}
        onType={() => {
          // What is being typed goes to the number that it was begun for, even if another one texts meanwhile.
          chosen.value = other;
        }}
      />
    </article>
  );
}

/** Returns the other number of the conversation with the newest entry, if that is not the shown one. */
function findNewer(threads: readonly PhoneThread[], shown: string): string | undefined {
  const newestOf = (other: string | undefined) =>
    threads.find((thread) => thread.other === other)?.entries.at(-1)?.id ?? 0;
  const newest = threads.toSorted((one, two) => newestOf(two.other) - newestOf(one.other))[0]?.other;
  return newestOf(newest) > newestOf(shown) ? newest : undefined;
}

/** Whether no app is asked about texts to a number. */
function hasNoWebhook(number: NumberSummary | undefined): boolean {
  return number !== undefined && number.sms.url === null && number.messagingServiceSid === null;
}

/** Says why no app gets the texts to a number, and what to do, before somebody wonders. */
function NoWebhook({
  lab,
  phone,
  number,
}: {
  readonly lab: Lab;
  readonly phone: string;
  readonly number: string;
}) {
  return (
    <div class="note">
      <p>
        <span class="number">{showNumber(number)}</span> has no webhook, so no app gets its texts.
      </p>
      <AppUrlForm lab={lab} number={number} />
      <p>Or make it a mask of this phone with a small Relay of ours:</p>
      <Command line={`relay-phone serve --yes --real-number ${phone}`} />
    </div>
  );
}

interface CallButtonProps {
  readonly lab: Lab;
  readonly number: string;
  readonly other: string;
  readonly isAccounts: boolean;
}

function CallButton({ lab, number, other, isAccounts }: CallButtonProps) {
  const error = useSignal<unknown>(undefined);
  const call = async () => {
    error.value = undefined;
    try {
      await lab.api.send('POST', `/phones/${inPath(number)}/call`, { to: other });
    } catch (failure) {
      error.value = failure;
    }
    lab.refresh();
  };
  return (
    <>
      <ActButton lab={lab} class="call-button" disabled={!isAccounts} onClick={call}>
        Call
      </ActButton>
      {error.value !== undefined && <Failure error={error.value} />}
    </>
  );
}
