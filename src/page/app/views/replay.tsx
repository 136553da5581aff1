// Sends a webhook again: its parameters, path and signature can be changed, and the answers are compared.
import { useSignal } from '@preact/signals';
import type { ReplayEdits } from '../../../exchanges/replay-edits.js';
import type { FullExchangeReport } from '../../../exchanges/report.js';
import type { ReplayResult } from '../../../sandbox/webhooks/replay.js';
import { announce } from '../announcements.js';
import { compareLines } from '../line-difference.js';
import type { Inspector } from '../live.js';
import { ActButton } from '../parts/act-button.js';
import { Failure, Link } from '../parts/common.js';
import { showText } from '../words.js';
import { HttpMessage, prettify } from './message.js';

type Signature = NonNullable<ReplayEdits['signature']>;

const SIGNATURES: Readonly<Record<Signature, string>> = {
  anew: 'Sign it anew',
  none: 'Leave the signature out',
  broken: 'Break the signature',
};

/** A parameter that is being edited. */
interface Field {
  readonly name: string;
  readonly value: string;
}

/** The form of a replay, and its result. */
export function ReplayForm(props: { readonly lab: Inspector; readonly exchange: FullExchangeReport }) {
  const { lab, exchange } = props;
  const recorded = Object.entries(exchange.request.parameters)
    .map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : (value[0] ?? ''),
    }))
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  const fields = useSignal<readonly Field[]>(recorded);
  const added = useSignal('');
  const path = useSignal(exchange.target);
  const [headers, body] = [useSignal(''), useSignal<string | undefined>(undefined)];
  const signature = useSignal<Signature>('anew');
  const result = useSignal<ReplayResult | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const isBusy = useSignal(false);

  const send = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    error.value = undefined;
    try {
      const edits: ReplayEdits = {
        ...(body.value === undefined ? collectEdits(recorded, fields.value) : { body: body.value }),
        ...readHeaders(headers.value),
        ...(path.value !== exchange.target && { path: path.value }),
        signature: signature.value,
      };
      result.value = await lab.api.send<ReplayResult>('POST', `/exchanges/${exchange.id}/replay`, edits);
      announce(describeAnswer(result.value));
    } catch (failure) {
      error.value = failure;
    }
    isBusy.value = false;
  };
  const change = (index: number, value: string | undefined) => {
    fields.value = fields.value.flatMap((field, at) => {
      if (at !== index) return [field];
      return value === undefined ? [] : [{ ...field, value }];
    });
  };
  const add = () => {
    const name = added.value.trim();
    if (name === '' || fields.value.some((field) => field.name === name)) return;
    fields.value = [...fields.value, { name, value: '' }];
    added.value = '';
  };
  return (
    <form class="replay" onSubmit={send}>
      <label>
        Path
        <input
          value={path.value}
          onInput={({ currentTarget }) => {
            path.value = currentTarget.value;
          }}
        />
      </label>
      <div class="choices" role="radiogroup" aria-label="Signature">
        {Object.entries(SIGNATURES).map(([name, words]) => (
          <label key={name}>
            <input
              type="radio"
              name="signature"
              checked={signature.value === name}
              onChange={() => {
                signature.value = name as Signature;
              }}
            />
            {words}
          </label>
        ))}
      </div>
      {lab.showsNumbers && (
        <p class="note">Your app may send texts or place calls for it, which cost money.</p>
      )}
      <ActButton lab={lab} type="submit" class="primary" aria-disabled={isBusy.value}>
        {isBusy.value ? 'Your app is answering…' : 'Send again'}
      </ActButton>
      {error.value !== undefined && <Failure error={error.value} />}
      {result.value && <Result result={result.value} before={exchange.answer.body} />}
      <fieldset>
        <legend>Parameters</legend>
        {fields.value.map(({ name, value }, index) => (
          <div key={name} class="field">
            <label for={`p-${name}`}>{name}</label>
            <input
              id={`p-${name}`}
              value={value}
              onInput={({ currentTarget }) => change(index, currentTarget.value)}
            />
            <button
              type="button"
              class="quiet"
              aria-label={`Leave ${name} out`}
              onClick={() => change(index, undefined)}
            >
              ×
            </button>
          </div>
        ))}
        <div class="field">
          <label for="p-added">another</label>
          <input
            id="p-added"
            placeholder="Its name, such as MediaUrl0"
            value={added.value}
            onInput={({ currentTarget }) => {
              added.value = currentTarget.value;
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              add();
            }}
          />
          <button type="button" onClick={add}>
            Add
          </button>
        </div>
      </fieldset>
      <details>
        <summary>Headers and raw body</summary>
        <label>
          Headers to set, one a line; a name with nothing behind its colon leaves the header out
          <textarea
            rows={3}
            placeholder="User-Agent: another"
            value={headers.value}
            onInput={({ currentTarget }) => {
              headers.value = currentTarget.value;
            }}
          />
        </label>
        <label>
          Raw body, instead of the parameters
          <textarea
            rows={5}
            value={body.value ?? exchange.request.body}
            onInput={({ currentTarget }) => {
              body.value = currentTarget.value;
            }}
          />
        </label>
      </details>
    </form>
  );
}

/** Reads `Name: value` lines. */
function readHeaders(text: string): Pick<ReplayEdits, 'headers'> {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value = ''] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value === '' ? null : value] as const];
  });
  return lines.length === 0 ? {} : { headers: Object.fromEntries(lines) };
}

/** What somebody edits comes first, in this order. */
const OFTEN_EDITED = [
  'Body',
  'Digits',
  'SpeechResult',
  'From',
  'To',
  'CallStatus',
  'MessageStatus',
  'NumMedia',
];

function rankOf({ name }: Field): number {
  const rank = OFTEN_EDITED.indexOf(name);
  return rank === -1 ? OFTEN_EDITED.length : rank;
}

/** The changes; undefined values are left as they were recorded. */
function collectEdits(recorded: readonly Field[], fields: readonly Field[]): Pick<ReplayEdits, 'parameters'> {
  const now = new Map(fields.map(({ name, value }) => [name, value]));
  const before = new Map(recorded.map(({ name, value }) => [name, value]));
  const changes = [...new Set([...before.keys(), ...now.keys()])]
    .filter((name) => now.get(name) !== before.get(name))
    .map((name) => [name, now.get(name) ?? null] as const);
  return changes.length === 0 ? {} : { parameters: Object.fromEntries(changes) };
}

interface ResultProps {
  readonly result: ReplayResult;
  /** The body that was answered to the recorded webhook. */
  readonly before: string;
}

function describeAnswer({ exchange: { status } }: ReplayResult): string {
  return status === null ? 'No answer' : `Answered ${status}`;
}

function Result({ result, before }: ResultProps) {
  const { exchange, difference } = result;
  const { status, headers, body } = difference;
  const isSame = status === null && !body;
  return (
    <section class="result" aria-label="Result of the replay">
      <h2>
        {describeAnswer(result)}
        {status !== null && <span class="quiet-text">{` (before: ${status[0] ?? 'no answer'})`}</span>}
      </h2>
      <p class="quiet-text">
        {isSame ? 'The same answer as before' : body ? 'The body differs' : 'The body is the same'}
        {headers.length > 0 && ` · other headers: ${headers.join(', ')}`}
        {' · '}
        <Link to={`/webhooks/${exchange.id}`}>{`kept as no. ${exchange.id}`}</Link>
        {' · its TwiML was not run'}
      </p>
      {body && <BodyDifference before={before} now={exchange.answer.body} />}
      <HttpMessage message={exchange.answer} />
    </section>
  );
}

/** The body before and now, with the lines marked that went and that came. */
function BodyDifference({ before, now }: { readonly before: string; readonly now: string }) {
  return (
    <pre class="outside" role="group" aria-label="How the body changed" tabIndex={0}>
      {compareLines(prettify(before), prettify(now)).map(({ sign, line }, index) => {
        const words = `${sign} ${showText(line)}\n`;
        if (sign === '+') return <ins key={index}>{words}</ins>;
        return sign === '-' ? <del key={index}>{words}</del> : <span key={index}>{words}</span>;
      })}
    </pre>
  );
}
