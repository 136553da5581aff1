// Sets keys in an .env file so that both its readers see them, and leaves every byte of the user's in place.
import { RelayPhoneError } from '../../errors.js';
import { type EditAction, listEditCandidates } from './candidates.js';
import { toBytes, toText } from './lines.js';
import { areOthersUnchanged, findAgreed, readBoth } from './views.js';

/** What was done for one key; `kept` when both readers had its value already. */
export interface KeyEdit {
  readonly key: string;
  readonly action: EditAction | 'kept';
}

/** The outcome of {@link editEnv}. */
export interface EnvEdit {
  readonly bytes: Buffer;
  /** One entry per wanted key, in the order asked for. */
  readonly keys: readonly KeyEdit[];
}

/** A file's text with one key set. */
export interface SetKey {
  readonly text: string;
  readonly action: KeyEdit['action'];
}

/**
 * Sets each wanted key so that dotenv and python-decouple both read exactly its value, and read every other
 * key as before. Editing the result again changes nothing.
 *
 * @throws RelayPhoneError `usage` for a key or value that no line can carry to both readers; `needsUser`,
 *   naming the keys, when this file leaves no place for a line that both would read.
 */
export function editEnv(before: Buffer, wanted: ReadonlyMap<string, string>): EnvEdit {
  let text = toText(before);
  const keys: KeyEdit[] = [];
  const stuck: string[] = [];
  for (const [key, value] of wanted) {
    verifyWritable(key, value);
    const edit = setKey(text, key, value);
    if (edit) keys.push({ key, action: edit.action });
    else stuck.push(key);
    text = edit?.text ?? text;
  }
  if (stuck.length > 0) throw noPlace(stuck);
  return { bytes: toBytes(text), keys };
}

/** The text (one character per byte) with the key set, or undefined when no place in it will do. */
export function setKey(text: string, key: string, value: string): SetKey | undefined {
  const then = readBoth(text);
  const agreed = findAgreed(then, key);
  if (agreed === value) return { text, action: 'kept' };
  // Trying and reading back is the only rule that holds for every file: dotenv lets quotes and even blank
  // space run over line ends, so what a line means depends on all that is around it.
  for (const candidate of listEditCandidates({ text, key, value, agreed })) {
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
    reason: 'Relay and Node tools would not both read this name and value, however they are written',
    tryNext: ['a name of letters, digits and _, and a value of one line without mixed quotation marks'],
  });
}

function noPlace(keys: readonly string[]): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'edit the .env file',
    reason: 'it has no place for a line that both Relay and Node tools would read, and was left as it is',
    tryNext: keys.map((key) => `set it by hand, on a line of its own that starts with ${key}=`),
  });
}
