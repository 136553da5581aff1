// Reads how the page of a live account edits a webhook before it is sent again.
import * as z from 'zod';
import { RelayPhoneError } from '../../errors.js';
import { mayHideNumber } from './hidden-numbers.js';

const PATH = /^\/[\x21\x22\x24-\x7e]*$/;

const editsSchema = z.strictObject({
  parameters: z.record(z.string(), z.string().nullable()).exactOptional(),
  path: z.string().exactOptional(),
  signature: z.literal(['anew', 'none', 'broken']).exactOptional(),
});

/** The edits of a replay: parameters to set (null removes one), another path, and how it is signed. */
export type LiveReplayEdits = z.infer<typeof editsSchema>;

/** Reads edits. @throws RelayPhoneError `usage` if they are malformed, or have a number that is shown in part only */
export function readLiveReplayEdits(text: string): LiveReplayEdits {
  const { data, error } = editsSchema.safeParse(parse(text));
  if (error) throw refused(z.prettifyError(error));
  const { parameters = {}, path } = data;
  for (const [name, value] of Object.entries({ ...parameters, path }))
    if (typeof value === 'string' && mayHideNumber(value))
      throw refused(`${name} has a number that is shown in part: show numbers before you edit it`);
  if (path !== undefined && !PATH.test(path))
    throw refused('a path starts with / and has neither spaces nor #');
  return data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'replay the webhook', reason });
}
