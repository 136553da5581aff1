// Recognises a checkout of Firefox Relay by the files in a folder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with Firefox Relay's sources in it. */
export interface Checkout {
  /** Absolute, as it was asked for. */
  readonly path: string;
  /** The newest name of the host list that its settings read; an older Relay knows only DJANGO_ALLOWED_HOST. */
  readonly hostsKey: 'ALLOWED_HOSTS' | 'DJANGO_ALLOWED_HOST';
}

const SETTINGS = join('privaterelay', 'settings.py');
/** What makes a folder a Relay with phones, in every version that has them. */
const PARTS = [
  'manage.py',
  SETTINGS,
  join('phones', 'apps.py'),
  join('phones', 'models.py'),
  join('api', 'views', 'phones.py'),
];

/** The checkout in `folder`, which is absolute; undefined when something of Relay's is not there. */
export function findCheckout(folder: string): Checkout | undefined {
  if (listMissingParts(folder).length > 0) return undefined;
  const settings = readFileSync(join(folder, SETTINGS), 'utf8');
  // In quotes, because the list in Django has that name in every version.
  return {
    path: folder,
    hostsKey: /['"]ALLOWED_HOSTS['"]/.test(settings) ? 'ALLOWED_HOSTS' : 'DJANGO_ALLOWED_HOST',
  };
}

/** The files that a folder lacks to be a Relay checkout. */
export function listMissingParts(folder: string): string[] {
  return PARTS.filter((part) => !existsSync(join(folder, part)));
}
