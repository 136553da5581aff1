// The files of the built page: the document, and what it loads by names with a hash.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RelayPhoneError } from '../../errors.js';

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The same, gzipped at build time. */
  readonly gzipped: Buffer;
}

/** The files of the page. */
export interface PageFiles {
  /** The document that every address of the page shows. */
  readonly document: PageFile;
  /** Returns the file with a path such as `/assets/main-2F5A.js`; undefined if there is none. */
  find(path: string): PageFile | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * Opens the files of the page. Each is read when it is first asked for, and kept.
 *
 * @param folder `dist/page`, with `files.json`: the names of its files
 * @throws RelayPhoneError `needsUser` if the folder is not there
 */
export function openPageFiles(folder: string): PageFiles {
  const list = join(folder, 'files.json');
  if (!existsSync(list)) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: 'open the page',
      reason: `its files are missing: ${folder}`,
      tryNext: ['npm install relay-phone, which has them', '--no-page'],
    });
  }
  const names = new Set(JSON.parse(readFileSync(list, 'utf8')) as string[]);
  const known = new Map<string, PageFile>();
  function read(name: string): PageFile {
    const kept = known.get(name);
    if (kept) return kept;
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    const bytes = readFileSync(join(folder, name));
    const file = { type, bytes, gzipped: readFileSync(join(folder, `${name}.gz`)) };
    known.set(name, file);
    return file;
  }
  return {
    get document() {
      return read('index.html');
    },
    find: (path) => {
      const name = path.slice('/assets/'.length);
      return path.startsWith('/assets/') && names.has(name) ? read(name) : undefined;
    },
  };
}
