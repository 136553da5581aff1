// A file that came with a text: pictures are shown, texts are shown as text, anything else only by its type.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Lab } from '../lab.js';
import { PICTURE_TYPES } from '../picture.js';
import { showText } from '../words.js';

/** Characters of a text file that are shown. */
const MAX_TEXT = 2000;

type Content =
  | { readonly kind: 'picture'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other'; readonly type: string };

/** Shows a file. @param url of the media resource */
export function ReceivedFile({ lab, url }: { readonly lab: Lab; readonly url: string }) {
  const content = useSignal<Content | undefined>(undefined);
  useEffect(() => {
    const [messageSid, mediaSid] = /((?:SM|MM)[0-9a-f]{32}).*(ME[0-9a-f]{32})/.exec(url)?.slice(1) ?? [];
    let blobUrl: string | undefined;
    void lab.api.file(`/media/${messageSid}/${mediaSid}`).then(
      async (file) => {
        const type = file.type.split(';')[0] ?? '';
        if (PICTURE_TYPES.includes(type)) {
          blobUrl = URL.createObjectURL(file);
          content.value = { kind: 'picture', url: blobUrl };
        } else if (/^text\/|vcard|xml|json/.test(type)) {
          content.value = { kind: 'text', text: (await file.text()).slice(0, MAX_TEXT) };
        } else content.value = { kind: 'other', type };
      },
      () => {
        content.value = { kind: 'other', type: 'a file that is not kept any more' };
      },
    );
    return () => blobUrl !== undefined && URL.revokeObjectURL(blobUrl);
  }, [url]);
  const shown = content.value;
  if (!shown) return <span class="quiet-text">…</span>;
  if (shown.kind === 'picture') return <img class="picture" src={shown.url} alt="Received with the text" />;
  if (shown.kind === 'text')
    return (
      <pre class="outside file" tabIndex={0} role="group" aria-label="Received file">
        {showText(shown.text)}
      </pre>
    );
  return <span class="quiet-text">{showText(shown.type)}</span>;
}
