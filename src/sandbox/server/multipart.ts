// Reads multipart forms as the clients of many languages write them: https://www.rfc-editor.org/rfc/rfc7578.

/** A field of a form. */
export type FormField = readonly [name: string, value: string];

/**
 * Reads the fields of a body, without its files. Line ends may be CRLF or LF, names and the boundary in quotes or not, and
 * text before the first part and behind the last is ignored.
 *
 * @param contentType the header, with the boundary
 * @returns undefined if the body is not multipart, breaks off, or has a part without a name
 */
export function findMultipartFields(body: string, contentType: string): FormField[] | undefined {
  const boundary = findBoundary(contentType);
  const parts = boundary === undefined ? undefined : splitParts(body, `--${boundary}`);
  const fields: FormField[] = [];
  for (const part of parts ?? []) {
    const disposition = findDisposition(part);
    if (disposition?.name === undefined) return undefined;
    if (!disposition.isFile) fields.push([disposition.name, part.content]);
  }
  return parts && fields;
}

interface Part {
  readonly headers: readonly string[];
  readonly content: string;
}

function findBoundary(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** Splits a body at the lines that are the delimiter. Undefined without the last of them, `--boundary--`. */
function splitParts(body: string, delimiter: string): Part[] | undefined {
  const parts: Part[] = [];
  /** The lines of a part with their ends; undefined before the first. */
  let lines: string[] | undefined;
  // A line keeps its end, because it belongs to the content.
  for (const line of body.split(/(?<=\n)/)) {
    const text = line.trimEnd();
    if (text !== delimiter && text !== `${delimiter}--`) lines?.push(line);
    else {
      if (lines) parts.push(readPart(lines));
      if (text !== delimiter) return parts;
      lines = [];
    }
  }
  return undefined;
}

/** The line end before a delimiter belongs to the delimiter. */
function readPart(lines: readonly string[]): Part {
  const blank = lines.findIndex((line) => line === '\r\n' || line === '\n');
  const end = blank === -1 ? lines.length : blank;
  const content = lines.slice(end + 1).join('');
  return { headers: lines.slice(0, end), content: content.replace(/\r?\n$/, '') };
}

function findDisposition({
  headers,
}: Part): { readonly name: string | undefined; readonly isFile: boolean } | undefined {
  const header = headers.find((line) => /^content-disposition\s*:\s*form-data\s*;/i.test(line));
  if (header === undefined) return undefined;
  const [, quoted, plain] = /;\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(header) ?? [];
  return { name: quoted ?? plain, isFile: /;\s*filename\*?\s*=/i.test(header) };
}
