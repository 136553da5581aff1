// Pictures without scripts in them: the types that the page shows, and that its phones send.

/** An SVG is not one of them. */
export const PICTURE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** A picture that a phone is about to send. */
export interface Picture {
  readonly id: string;
  /** Of its file. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** A data URL. */
  readonly url: string;
}

/** Returns the pictures on the clipboard. A text that is pasted may come with a picture of itself: then there are none. */
export function findPictures(clipboard: DataTransfer | null): readonly File[] {
  if (!clipboard || clipboard.types.includes('text/plain')) return [];
  return [...clipboard.files].filter(({ type }) => PICTURE_TYPES.includes(type));
}

/** The most that the files of a text have together, bytes: https://www.twilio.com/docs/api/errors/11751. */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * Reads files to send with a text.
 *
 * @param pictures those that the text has already
 * @throws Error with Twilio's code if a file is not a picture, or all are too large together
 */
export async function readPictures(
  files: readonly File[],
  pictures: readonly Picture[],
): Promise<readonly Picture[]> {
  const other = files.find(({ type }) => !PICTURE_TYPES.includes(type));
  if (other) throw new Error(`${other.name}: Invalid Content-Type: ${other.type || 'none'} (12300)`);
  const bytes = [...pictures, ...files].reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_BYTES) {
    throw new Error('Media exceeds messaging provider size limit (11751): 5 MB for all pictures of a text');
  }
  const read = files.map(async (file) => {
    return { id: crypto.randomUUID(), name: file.name, size: file.size, url: await readDataUrl(file) };
  });
  return Promise.all(read);
}

function readDataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}
