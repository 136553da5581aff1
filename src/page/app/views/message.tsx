// A request or an answer: its body as text, and its headers.
import type { FullExchangeReport } from '../../../exchanges/report.js';
import { showText } from '../words.js';

/** The headers and the body of a request or an answer. */
export function HttpMessage({ message }: { readonly message: FullExchangeReport['answer'] }) {
  const { headers, body, isCut, undecoded } = message;
  return (
    <div class="message">
      {body === '' ? (
        <p class="quiet-text">No body</p>
      ) : (
        <pre class="outside" tabIndex={0}>
          {showText(prettify(body))}
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

/** Indents JSON and XML that came on one line; all else is left as it is. */
function prettify(body: string): string {
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
