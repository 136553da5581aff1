// The `relay` block for those who run ngrok's agent themselves.
import { readFileSync } from 'node:fs';
import { findPackageFile } from '../../package-file.js';

/** The versions of the format of `ngrok.yml` that have a block. */
type NgrokYmlVersion = 2 | 3;

/** The lines to add to `ngrok.yml`, so that `ngrok start relay` serves `port` of this machine under `domain`. */
export function formatRelayBlock(version: NgrokYmlVersion, domain: string, port: number): string {
  const template = readFileSync(findPackageFile(`templates/ngrok-v${version}.yml`), 'utf8');
  return template.replaceAll('{{domain}}', () => domain).replaceAll('{{port}}', String(port));
}
