// Refuses a tunnel to an address of our own: a webhook would come back, or reach the sandbox instead of the app.
import { RelayPhoneError } from '../../../errors.js';
import type { CommandContext } from '../../core/command-context.js';
import type { Session } from '../../core/session.js';
import type { TunnelFlags } from './command.js';

const LOOPBACK_HOST = '127.0.0.1';
/** Names that lead to 127.0.0.1, where the gateway and the sandbox listen; from ::1, where that refuses. */
const LOOPBACK: ReadonlySet<string> = new Set([
  LOOPBACK_HOST,
  'localhost',
  '0.0.0.0',
  '[::1]',
  '[::ffff:7f00:1]',
]);

/**
 * Verifies that `--to` is not the gateway, the sandbox, or the public address that an option names.
 *
 * @throws RelayPhoneError `usage` if it is
 */
export async function verifyOtherAddress(
  context: CommandContext,
  { to, port, url, domain }: TunnelFlags,
  session: Session,
): Promise<void> {
  verifyOther(to, `http://${LOOPBACK_HOST}:${port}`, 'the port of the gateway itself', [otherPort(port)]);
  const sandbox = session.sandbox?.origin ?? (await findSandboxOrigin(context));
  verifyOther(to, sandbox, 'the sandbox, not the app');
  for (const named of [url, domain && `https://${domain}`]) verifyOtherPublicBase(to, named);
}

/** Verifies that `--to` is not the public base. @throws RelayPhoneError `usage` if it is */
export function verifyOtherPublicBase(to: string, publicBase: string | undefined): void {
  verifyOther(to, publicBase, 'the public address of this tunnel');
}

function verifyOther(
  to: string,
  own: string | undefined,
  name: string,
  tryNext: readonly string[] = [],
): void {
  if (own === undefined || !isSameAddress(to, own)) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `open a tunnel to ${to}`,
    reason: `this is ${name}, so a webhook would never reach the app`,
    tryNext: ['--to with the address on which the app listens', ...tryNext],
  });
}

function otherPort(port: number): string {
  return `--port ${port < 65_535 ? port + 1 : 0}, if the app listens there: another port for the gateway`;
}

/** Undefined if no sandbox runs on this state folder. */
async function findSandboxOrigin({ state }: CommandContext): Promise<string | undefined> {
  const folder = state.find();
  if (!folder) return undefined;
  // Loaded here, because most live tunnels have no sandbox.
  const { findRunningSandbox } = await import('../../../sandbox/instance/address.js');
  return findRunningSandbox(folder);
}

function isSameAddress(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return hostOf(a) === hostOf(b) && portOf(a) === portOf(b);
}

function hostOf({ hostname }: URL): string {
  const isLoopback = LOOPBACK.has(hostname) || hostname.endsWith('.localhost');
  return isLoopback ? LOOPBACK_HOST : hostname;
}

/** Outside of this machine, http and https of a host lead to the same place. */
function portOf(url: URL): string {
  return url.port === '' && hostOf(url) !== LOOPBACK_HOST ? '443' : url.port;
}
