// Opens a tunnel: the gateway, the public base that leads to it, and Twilio's settings for that public base.
import { RelayPhoneError } from '../../../errors.js';
import { DEFAULT_AGE_MS } from '../../../gateway/exchanges/records.js';
import type { Proof } from '../../../gateway/forwarding/proof.js';
import type { Gateway } from '../../../gateway/gateway.js';
import { openGateway } from '../../../gateway/open.js';
import { findAgent } from '../../../http/agent.js';
import type { Listening } from '../../../http/listen.js';
import { sendRequest } from '../../../http/send.js';
import { listOtherTokens } from '../../../settings/auth-tokens.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { type SupervisedTunnel, superviseTunnel } from '../../../tunnel/supervisor/supervisor.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import { createLines } from '../../core/next-lines.js';
import { openPort } from '../../core/port.js';
import type { Session } from '../../core/session.js';
import { createTunnelAccount, type TunnelAccount } from './account.js';
import { choosePublicBase } from './base.js';
import type { Closing } from './closing.js';
import { findKeptAgeMs, keepsSettings, type TunnelFlags } from './command.js';
import { verifyOtherPublicBase } from './own-address.js';
import { type TunnelWatch, watchTunnelEvents } from './watch.js';

const PROOF_TIMEOUT_MS = 10_000;

/** An open tunnel and its parts. */
export interface RunningTunnel {
  readonly context: CommandContext;
  readonly session: Session;
  readonly flags: TunnelFlags;
  readonly watch: TunnelWatch;
  /** Returns how the app is started. */
  readonly howToStart: () => string;
  readonly account: TunnelAccount;
  readonly gateway: Gateway;
  readonly server: Listening;
  readonly tunnel: SupervisedTunnel;
}

/** The input of {@link openTunnel}. */
export interface TunnelOptions extends Pick<RunningTunnel, 'context' | 'session' | 'flags'> {
  /** Of `--authtoken-file`. */
  readonly authtoken: string | undefined;
  readonly closing: Closing;
}

/**
 * Opens everything; `closing` closes it. Nothing is written to Twilio before the public base was proven to lead here.
 *
 * @throws RelayPhoneError if there is no public base, or Twilio's settings cannot be changed.
 */
export async function openTunnel({ authtoken, closing, ...parts }: TunnelOptions): Promise<RunningTunnel> {
  const { context, session, flags } = parts;
  const { ports, screen } = context;
  const { setup } = session;
  const folder = context.state.open();
  const account = createTunnelAccount(setup, flags.to, folder, waitForLock(context, 'tunnel'));
  let publicBase = '';
  const howToStart = () => describeStart(context, setup.target, flags.to, publicBase);
  const watch = watchTunnelEvents(context, { showsNumbers: flags.showNumbers ?? false, howToStart });
  const gateway = await openGateway(
    folder,
    {
      app: flags.to,
      publicBase: () => publicBase,
      authToken: setup.authToken,
      otherTokens: listOtherTokens({ ...setup, envFile: context.envFile }, setup.authToken),
      account,
      webhooks: account.webhooks,
      hostsKey: planAllowedHosts(context.envFile?.values ?? new Map(), '', context.checkout?.hostsKey).key,
      exposeAll: flags.expose === 'all',
      emit: watch.emit,
      now: ports.now,
      maxAgeMs: findKeptAgeMs(flags) ?? DEFAULT_AGE_MS,
    },
    waitForLock(context, 'tunnel'),
  );
  closing.add(gateway.close);
  // Not before we hold the gateway's lock: then no other tunnel runs, and its changes, if any, were left behind.
  await account.restore();
  const server = await openPort(gateway.listener, flags.port, '127.0.0.1', 'tunnel');
  server.server.on('upgrade', gateway.upgrade);
  closing.add(server.close);
  const { port, origin } = server;
  const chosen = choosePublicBase({ context, setup, flags, authtoken, port, origin });
  screen.line(`The public base is ${chosen.how}.`);
  closing.add(async () => {
    if (!keepsSettings(flags)) await restoreOrWarn(account, context);
  });
  let pointedAt: string | undefined;
  async function point(base: string): Promise<void> {
    pointedAt = base;
    await account.point(base);
  }
  const tunnel = superviseTunnel(chosen.open, {
    prove: (base) => proveBase(gateway.proof(), base, ports.environment),
    now: ports.now,
    onState: (state) => {
      // The command ends with the same error.
      if (state.kind === 'refused') return;
      watch.emit(state);
      if (state.kind === 'up') publicBase = state.publicBase;
      const isMoved = state.kind === 'proven' && pointedAt !== undefined && pointedAt !== state.publicBase;
      if (isMoved) void point(state.publicBase).catch(closing.fail);
    },
  });
  closing.add(tunnel.close);
  const base = await tunnel.up;
  verifyOtherPublicBase(flags.to, base);
  await point(base);
  return { ...parts, watch, howToStart, account, gateway, server, tunnel };
}

function describeStart(
  context: CommandContext,
  target: 'live' | 'sandbox',
  origin: string,
  publicUrl: string,
): string {
  const { project, start } = createLines(context, { target, origin, publicUrl });
  return project.kind === 'unknown' ? `relay-phone serve, or ${start}` : start;
}

/** Only warns on failure: the change stays in the journal, and the next tunnel or `undo` undoes it. */
async function restoreOrWarn(account: TunnelAccount, { screen }: CommandContext): Promise<void> {
  try {
    await account.restore();
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    screen.warn(`Twilio and .env still name this tunnel: ${error.reason}. relay-phone undo reverts that.`);
  }
}

/**
 * Fetches the proof through the public base, and through a proxy if one is configured.
 *
 * @throws RelayPhoneError `needsUser` if something else answers; NoAnswer if nothing does
 */
async function proveBase(
  { path, answer }: Proof,
  publicBase: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  // The first two skip the warning pages that ngrok and localtunnel show to browsers.
  const headers = { 'ngrok-skip-browser-warning': '1', 'Bypass-Tunnel-Reminder': '1', Accept: 'text/plain' };
  const url = new URL(path, publicBase);
  const agent = findAgent(environment, url);
  const { status, body } = await sendRequest({
    method: 'GET',
    url,
    headers,
    timeoutMs: PROOF_TIMEOUT_MS,
    agent,
  });
  if (status === 200 && body === answer) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `reach this machine under ${publicBase}`,
    reason: `something else answers there (HTTP ${status})`,
    tryNext: ['point that tunnel at the port of the gateway (--port)', 'leave out --url, to use ngrok'],
  });
}
