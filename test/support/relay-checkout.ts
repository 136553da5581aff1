// A folder that looks like a checkout of Firefox Relay: files of our own under the names of Relay's.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The placeholder of its `.env-dist`. */
export const PLACEHOLDER = 'not-a-secret-at-all';

const FILES: Readonly<Record<string, string>> = {
  'manage.py': '',
  'privaterelay/settings.py': 'HOSTS = config("ALLOWED_HOSTS", "") or config("DJANGO_ALLOWED_HOST", "")\n',
  'phones/apps.py': '',
  'phones/models.py': '',
  'api/views/phones.py': '',
  '.env-dist': `SECRET_KEY=${PLACEHOLDER}\nDEBUG=True\nSITE_ORIGIN="http://127.0.0.1:8000"\nPHONES_ENABLED=False\nSENTRY_DSN=""\n`,
};

/** Makes it in `folder`, with other contents where `files` has some, and without what is undefined there. */
export function writeCheckout(
  folder: string,
  files: Readonly<Record<string, string | undefined>> = {},
): string {
  for (const [name, content] of Object.entries({ ...FILES, ...files })) {
    const path = join(folder, name);
    rmSync(path, { force: true });
    if (content === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}
