// Formats the `relay` block of an ngrok.yml, for users who run ngrok's agent themselves.
import { readFileSync } from 'node:fs';
import { findPackageFile } from '../../package-file.js';

/** A version of `ngrok.yml` that a template exists for. */
type NgrokYmlVersion = 2 | 3;

/** Formats the lines that make `ngrok start relay` forward `domain` to `port` of this machine. */
export function formatRelayBlock(version: NgrokYmlVersion, domain: string, port: number): string {
  const template = readFileSync(findPackageFile(`templates/ngrok-v${version}.yml`), 'utf8');
  return template.replaceAll('{{domain}}', () => domain).replaceAll('{{port}}', String(port));
}
