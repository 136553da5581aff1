// What can be heard on a line, in either direction.

/** Something to be heard: words of TwiML, a file, keys, or somebody speaking. */
export interface Sound {
  readonly kind: 'say' | 'play' | 'keys' | 'words';
  /** The words, the file's URL, or the keys. */
  readonly content: string;
}

/** What a phone's keys can send. */
export const KEYS = /^[0-9*#A-D]+$/;
