// Sets keys in an .env file so that both of its readers see them, and keeps every other byte as it was.
import { RelayPhoneError } from '../../errors.js';
import { type EditAction, listEditCandidates } from './candidates.js';
import { toBytes, toText } from './lines.js';
import { areOthersUnchanged, findAgreed, readBoth } from './read.js';

/** The edit of one key; `kept` if both readers saw the value already. */
export interface KeyEdit {
  readonly key: string;
  readonly action: EditAction | 'kept';
}

/** The result of {@link editEnv}. */
export interface EnvEdit {
  readonly bytes: Buffer;
  /** One entry per wanted key, in the given order. */
  readonly keys: readonly KeyEdit[];
}

/** The text of a file with one key set. */
export interface SetKey {
  readonly text: string;
  readonly action: KeyEdit['action'];
}

/**
 * Sets each wanted key so that dotenv and python-decouple both read exactly its value, and read every other key as
 * before. Editing the result again changes nothing.
 *
 * @throws RelayPhoneError `usage` for a key or value that no line can express for both readers; `needsUser`, naming the
 *   keys, if this file has no position for a line that both would read.
 */
export function editEnv(before: Buffer, wanted: ReadonlyMap<string, string>): EnvEdit {
  let text = toText(before);
  const keys: KeyEdit[] = [];
  const failed: string[] = [];
  for (const [key, value] of wanted) {
    verifyWritable(key, value);
    const edit = setKey(text, key, value);
    if (edit) keys.push({ key, action: edit.action });
    else failed.push(key);
    text = edit?.text ?? text;
  }
  if (failed.length > 0) throw noPosition(failed);
  return { bytes: toBytes(text), keys };
}

/** How many characters are read again in search of an edit that works. It bounds the time: large files are never this odd. */
const MAX_TRIED = 32 * 1024 * 1024;

/** Returns the text (one character per byte) with the key set, or undefined if no edit works for both readers. */
export function setKey(text: string, key: string, value: string): SetKey | undefined {
  const then = readBoth(text);
  const agreed = findAgreed(then, key);
  if (agreed === value) return { text, action: 'kept' };
  // Try an edit and read it back: that alone works for every file. dotenv lets quotes and even blanks run over line
  // ends, so the meaning of a line depends on everything around it.
  let tried = 0;
  for (const candidate of listEditCandidates({ text, key, value, agreed })) {
    if (tried > MAX_TRIED) return undefined;
    tried += candidate.text.length;
    const now = readBoth(candidate.text);
    if (findAgreed(now, key) === value && areOthersUnchanged(then, now, key)) return candidate;
  }
  return undefined;
}

function verifyWritable(key: string, value: string): void {
  if (!value.includes('\0') && setKey('', key, value)) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `set ${JSON.stringify(key)} in the .env file`,
    reason: 'Relay and Node tools would read any line with this name and value differently',
    tryNext: ['a name of letters, digits and _, and a value of one line without mixed quotation marks'],
  });
}

function noPosition(keys: readonly string[]): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'edit the .env file',
    reason: 'it has no position for a line that both Relay and Node tools would read, so it was not changed',
    tryNext: keys.map((key) => `set it by hand, on a line of its own that starts with ${key}=`),
  });
}
