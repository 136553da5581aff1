// Reads how the page of a live account edits a webhook before it is sent again.
import * as z from 'zod';
import { badEdit, type ReplayEdits } from '../../exchanges/replay-edits.js';
import { replayEditsSchema } from '../../exchanges/replay-edits-schema.js';
import { mayHideNumber } from './hidden-numbers.js';

/** Reads edits in JSON. @throws RelayPhoneError `usage` if they are malformed, or have a number that is shown in part only */
export function readLiveReplayEdits(json: string): ReplayEdits {
  const { data, error } = replayEditsSchema.safeParse(parse(json));
  if (error) throw badEdit(z.prettifyError(error));
  const { parameters, headers, path, body } = data;
  for (const [name, value] of Object.entries({ ...parameters, ...headers, path, body }))
    if (typeof value === 'string' && mayHideNumber(value))
      throw badEdit(`${name} has a number that is shown in part: show numbers before you edit it`);
  return data;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
