// A request or an answer: its body as text, and its headers.
import type { FullExchangeReport } from '../../../exchanges/report.js';
import type { TwimlFault } from '../exchange-outcome.js';
import { showText } from '../words.js';

/** The headers and the body of a request or an answer. */
export function HttpMessage(props: {
  readonly message: FullExchangeReport['answer'];
  /** What is wrong in the body, or in some of its lines. */
  readonly faults?: readonly TwimlFault[];
}) {
  const { headers, body, isCut, undecoded } = props.message;
  const { faults = [] } = props;
  return (
    <div class="message">
      {faults
        .filter(({ line }) => line === null)
        .map(({ message }, index) => (
          <p key={index} class="fault-note">
            {showText(message)}
          </p>
        ))}
      {body === '' ? (
        <p class="quiet-text">No body</p>
      ) : (
        <pre class="outside" tabIndex={0} role="group" aria-label="The whole body">
          {faults.length === 0 ? showText(prettify(body)) : <MarkedLines body={body} faults={faults} />}
        </pre>
      )}
      {isCut && <p class="quiet-text">Only the first 256 KB are shown.</p>}
      {undecoded !== null && <p class="quiet-text">Not decoded: {undecoded}</p>}
      <details>
        <summary>{headers.length} headers</summary>
        <dl class="fields wide">
          {headers.map(([name, value], index) => (
            <div key={index}>
              <dt>{showText(name)}</dt>
              <dd>
                <bdi class="outside">{showText(value)}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

/** A body as it came, with the lines marked in which something is wrong. */
function MarkedLines({ body, faults }: { readonly body: string; readonly faults: readonly TwimlFault[] }) {
  return (
    <>
      {body.split(/\r?\n/).map((text, index) => {
        const found = faults.filter(({ line }) => line === index + 1);
        return (
          <span key={index}>
            {found.length === 0 ? showText(text) : <mark>{showText(text)}</mark>}
            {found.map(({ message }) => (
              <span key={message} class="fault-note">
                {` ← ${showText(message)}`}
              </span>
            ))}
            {'\n'}
          </span>
        );
      })}
    </>
  );
}

/** Indents JSON and XML that came on one line; all else is left as it is. */
export function prettify(body: string): string {
  if (/^\s*[{[]/.test(body)) {
    try {
      return JSON.stringify(JSON.parse(body), null, 2);
    } catch {
      return body;
    }
  }
  return /^\s*<\?xml|^\s*<Response/.test(body) && !body.trim().includes('\n')
    ? body.replace(/>\s*</g, '>\n<')
    : body;
}
