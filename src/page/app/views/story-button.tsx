// Downloads a trace as a story for `relay-phone play`.
import { useSignal } from '@preact/signals';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { Failure } from '../parts/common.js';

/** Milliseconds for the browser to begin the download. */
const KEPT_MS = 60_000;

/** A button that saves `story.yaml`. */
export function StoryButton({ lab, traceId }: { readonly lab: Lab; readonly traceId: string }) {
  const error = useSignal<unknown>(undefined);
  const isSaved = useSignal(false);
  const save = async () => {
    error.value = undefined;
    try {
      const { story } = await lab.api.get<{ story: string }>(`/traces/${inPath(traceId)}/story`);
      const url = URL.createObjectURL(new Blob([story], { type: 'application/yaml' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = 'story.yaml';
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
      isSaved.value = true;
    } catch (failure) {
      error.value = failure;
    }
  };
  return (
    <>
      <button type="button" data-key="e" onClick={save}>
        Save as a story
      </button>
      {isSaved.value && (
        <span class="quiet-text">
          Play it: <code>relay-phone play story.yaml</code>
        </span>
      )}
      {error.value !== undefined && <Failure error={error.value} />}
    </>
  );
}
