// Reads how the page of a live account edits a webhook before it is sent again.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';
import { RelayPhoneError } from '../../errors.js';
import { mayHideNumber } from './hidden-numbers.js';

const PATH = /^\/[\x21\x22\x24-\x7e]*$/;

/** Headers that describe how the request is sent. */
const FIXED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

const changes = z.record(z.string(), z.string().nullable());
const editsSchema = z.strictObject({
  parameters: changes.exactOptional(),
  headers: changes.exactOptional(),
  body: z.string().exactOptional(),
  path: z.string().exactOptional(),
  signature: z.literal(['anew', 'none', 'broken']).exactOptional(),
});

/** The edits of a replay: parameters and headers to set (null removes one), another path or body, and how it is signed. */
export type LiveReplayEdits = z.infer<typeof editsSchema>;

/** Reads edits. @throws RelayPhoneError `usage` if they are malformed, or have a number that is shown in part only */
export function readLiveReplayEdits(text: string): LiveReplayEdits {
  const { data, error } = editsSchema.safeParse(parse(text));
  if (error) throw refused(z.prettifyError(error));
  const { parameters, headers = {}, path, body } = data;
  if (body !== undefined && parameters !== undefined)
    throw refused('give either parameters or a body, not both');
  for (const [name, value] of Object.entries({ ...parameters, ...headers, path, body }))
    if (typeof value === 'string' && mayHideNumber(value))
      throw refused(`${name} has a number that is shown in part: show numbers before you edit it`);
  if (path !== undefined && !PATH.test(path))
    throw refused('a path starts with / and has neither spaces nor #');
  for (const [name, value] of Object.entries(headers)) verifyHeader(name, value ?? '');
  return data;
}

function verifyHeader(name: string, value: string): void {
  if (FIXED_HEADERS.has(name.toLowerCase())) throw refused(`the header ${name} cannot be edited`);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw refused(`${name} is not a valid header`);
  }
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
