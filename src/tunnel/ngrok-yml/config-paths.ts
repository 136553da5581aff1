// Where ngrok's agent keeps its configuration on each system (https://ngrok.com/docs/agent/config).
import { posix, win32 } from 'node:path';

/** The machine, as far as the places depend on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The paths an `ngrok.yml` may have, today's first, that of agent 2.x last. */
export function listNgrokYmlPaths({ platform, environment, home }: Machine): readonly string[] {
  const { join } = platform === 'win32' ? win32 : posix;
  return [...new Set([join(configFolder(), 'ngrok', 'ngrok.yml'), join(home, '.ngrok2', 'ngrok.yml')])];

  function configFolder(): string {
    if (platform === 'win32') return environment.LOCALAPPDATA || join(home, 'AppData', 'Local');
    if (platform === 'darwin') return join(home, 'Library', 'Application Support');
    return environment.XDG_CONFIG_HOME || join(home, '.config');
  }
}
