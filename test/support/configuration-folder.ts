// The configuration folder of the tests: the developer's own is never written.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the path of every such folder begins. */
export const CONFIGURATION_FOLDER = join(tmpdir(), 'relay-phone-configuration-');

/** Creates the folder, and names it in the environment of this process and of all that it starts. */
export function useTemporaryConfigurationFolder(): void {
  process.env.XDG_CONFIG_HOME = mkdtempSync(CONFIGURATION_FOLDER);
}
