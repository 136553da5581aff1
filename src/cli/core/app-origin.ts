// Finds where the app listens on this machine.
import { isLoopback } from '../../origin.js';
import type { CommandContext } from './command-context.js';
import { findProject, type Project } from './project.js';
import { findRelay } from './serve-announcement.js';

/** Where Firefox Relay listens on a developer's machine, and `serve` too. */
export const USUAL_APP = 'http://127.0.0.1:8000';

type OriginContext = Pick<CommandContext, 'ports' | 'checkout' | 'envFile' | 'loaded'>;

/**
 * Returns the origin of the app on this machine, without a trailing slash.
 *
 * @param named the origin of `--app`. Default: a running `serve`, else as {@link findOwnOrigin}
 */
export function findAppOrigin(
  context: OriginContext & Pick<CommandContext, 'state'>,
  named?: string,
): string {
  if (named !== undefined) return named;
  const folder = context.state.find();
  return (folder && findRelay(folder)) ?? findOwnOrigin(context);
}

/**
 * Returns the origin at which the user's own app listens: the public base if it is on this machine (SITE_ORIGIN), else the
 * port that the project uses, else {@link USUAL_APP}.
 */
export function findOwnOrigin(context: OriginContext): string {
  const { publicUrl = '' } = context.loaded.values;
  const base = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  if (base?.protocol === 'http:' || (base?.protocol === 'https:' && isLoopback(base.hostname)))
    return base.origin;
  return findUsualOrigin(findContextProject(context));
}

/** Returns where the app of a project listens if nothing else is said. */
export function findUsualOrigin({ usualPort }: Project): string {
  return usualPort === undefined ? USUAL_APP : `http://127.0.0.1:${usualPort}`;
}

/** Returns the project that a command works on: the Relay checkout, else that of the working folder. */
export function findContextProject(
  { checkout, envFile, ports: { environment, cwd } }: Omit<OriginContext, 'loaded'>,
  pythonPath?: string,
): Project {
  return findProject({
    folder: checkout?.path ?? cwd,
    checkout,
    pythonPath,
    environment,
    envValues: envFile?.values ?? new Map(),
  });
}
