// Opens the gateway, the tunnel to it, and Twilio's way there.
import { RelayPhoneError } from '../../../errors.js';
import type { Gateway } from '../../../gateway/gateway.js';
import { openGateway } from '../../../gateway/open.js';
import type { Listening } from '../../../http/listen.js';
import { openStateFolder } from '../../../state/folder.js';
import { type SupervisedTunnel, superviseTunnel } from '../../../tunnel/supervisor/supervisor.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import { openPort } from '../../core/port.js';
import type { CliPorts } from '../../core/ports.js';
import type { Session } from '../../core/session.js';
import { createTunnelAccount, type TunnelAccount } from './account.js';
import { chooseBase } from './base.js';
import type { Closing } from './closing.js';
import type { TunnelFlags } from './command.js';
import { proveBase } from './proof.js';
import { type TunnelWatch, watchTunnelEvents } from './watch.js';

/** Everything that is open while the tunnel is, and has to be closed in the reverse order. */
export interface RunningTunnel {
  readonly ports: CliPorts;
  readonly context: CommandContext;
  readonly session: Session;
  readonly flags: TunnelFlags;
  readonly app: string;
  readonly watch: TunnelWatch;
  readonly account: TunnelAccount;
  readonly gateway: Gateway;
  readonly server: Listening;
  readonly kept: SupervisedTunnel;
}

/** What it is opened with. */
export interface Opening extends Pick<RunningTunnel, 'ports' | 'context' | 'session' | 'flags' | 'app'> {
  readonly authtoken: string | undefined;
  readonly ending: Closing;
}

/**
 * Opens them; each is closed at the end. Nothing is written to Twilio before the public base was seen to lead here.
 *
 * @throws RelayPhoneError when there is no way to a public base, or Twilio cannot be led there.
 */
export async function openTunnel({ authtoken, ending, ...parts }: Opening): Promise<RunningTunnel> {
  const { ports, context, session, flags, app } = parts;
  const { setup } = session;
  const folder = openStateFolder(context.statePath);
  const account = createTunnelAccount(setup, app, folder, waitForLock(context, 'tunnel'));
  const watch = watchTunnelEvents(ports, context.screen, flags.showNumbers ?? false);
  let publicBase = '';
  const gateway = await openGateway(
    folder,
    {
      app,
      publicBase: () => publicBase,
      authToken: setup.authToken,
      webhooks: account.webhooks,
      exposeAll: flags.expose === 'all',
      emit: watch.tell,
      now: ports.now,
    },
    waitForLock(context, 'tunnel'),
  );
  ending.last(gateway.close);
  // Only now: what another tunnel that runs has changed is not left behind.
  await account.restore();
  const server = await openPort(gateway.listener, flags.port, '127.0.0.1', 'tunnel');
  server.server.on('upgrade', gateway.upgrade);
  ending.last(server.close);
  const { port, origin } = server;
  const chosen = chooseBase({ ports, context, setup, flags, authtoken, port, origin });
  context.screen.line(`The public base is ${chosen.how}.`);
  ending.last(async () => {
    if (!flags.keep) await restoreOrSay(account, context);
  });
  let pointedAt: string | undefined;
  async function point(base: string): Promise<void> {
    pointedAt = base;
    await account.point(base);
  }
  const kept = superviseTunnel(chosen.open, {
    prove: (base) => proveBase(gateway.proof(), base, ports.environment),
    now: ports.now,
    onState: (state) => {
      // It ends the command, which then says why.
      if (state.kind === 'refused') return;
      watch.tell(state);
      if (state.kind === 'up') publicBase = state.publicBase;
      const isMoved = state.kind === 'proven' && pointedAt !== undefined && pointedAt !== state.publicBase;
      if (isMoved) void point(state.publicBase).catch(ending.fail);
    },
  });
  ending.last(kept.close);
  await point(await kept.up);
  return { ...parts, watch, account, gateway, server, kept };
}

/** What stays behind is in the journal: the next tunnel takes it back, and `undo` does. */
async function restoreOrSay(account: TunnelAccount, { screen }: CommandContext): Promise<void> {
  try {
    await account.restore();
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    screen.warn(
      `Twilio and .env still have the public base: ${error.reason}. relay-phone undo takes it back.`,
    );
  }
}
