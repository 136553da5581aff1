// Opens the gateway, the tunnel to it, and Twilio's way there.
import { RelayPhoneError } from '../../errors.js';
import type { Gateway } from '../../gateway/gateway.js';
import { openGateway } from '../../gateway/open.js';
import type { Listening } from '../../http/listen.js';
import { openStateFolder } from '../../state/folder.js';
import { type SupervisedTunnel, superviseTunnel } from '../../tunnel/supervisor/supervisor.js';
import type { CliPorts } from '../context.js';
import type { TunnelFlags } from '../flags.js';
import { type CommandContext, waitForLock } from '../ground.js';
import { openPort } from '../port.js';
import type { Session } from '../session.js';
import { createTunnelAccount, type TunnelAccount } from './account.js';
import { chooseBase } from './base.js';
import type { Closing } from './ending.js';
import { proveBase } from './proof.js';
import { type TunnelWatch, watchTunnelEvents } from './watch.js';

/** Everything that is open while the tunnel is, and has to be closed in the reverse order. */
export interface RunningTunnel {
  readonly context: CliPorts;
  readonly ground: CommandContext;
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
export interface Opening extends Pick<RunningTunnel, 'context' | 'ground' | 'session' | 'flags' | 'app'> {
  readonly authtoken: string | undefined;
  readonly ending: Closing;
}

/**
 * Opens them; each is closed at the end. Nothing is written to Twilio before the public base was seen to lead here.
 *
 * @throws RelayPhoneError when there is no way to a public base, or Twilio cannot be led there.
 */
export async function openTunnel({ authtoken, ending, ...parts }: Opening): Promise<RunningTunnel> {
  const { context, ground, session, flags, app } = parts;
  const { setup } = session;
  const folder = openStateFolder(ground.statePath);
  const account = createTunnelAccount(setup, app, folder, waitForLock(ground, 'tunnel'));
  const watch = watchTunnelEvents(context, ground.screen, flags.showNumbers ?? false);
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
      now: context.now,
    },
    waitForLock(ground, 'tunnel'),
  );
  ending.last(gateway.close);
  // Only now: what another tunnel that runs has changed is not left behind.
  await account.restore();
  const server = await openPort(gateway.listener, readPort(flags.port), '127.0.0.1', 'tunnel');
  server.server.on('upgrade', gateway.upgrade);
  ending.last(server.close);
  const { port, origin } = server;
  const chosen = chooseBase({ context, ground, setup, flags, authtoken, port, origin });
  ground.screen.line(`The public base is ${chosen.how}.`);
  ending.last(async () => {
    if (!flags.keep) await restoreOrSay(account, ground);
  });
  let pointedAt: string | undefined;
  async function point(base: string): Promise<void> {
    pointedAt = base;
    await account.point(base);
  }
  const kept = superviseTunnel(chosen.open, {
    prove: (base) => proveBase(gateway.proof(), base, context.environment),
    now: context.now,
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

function readPort(raw: string): number {
  if (/^\d{1,5}$/.test(raw) && Number(raw) <= 65_535) return Number(raw);
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: '--port takes a number from 0 to 65535',
    tryNext: ['relay-phone tunnel --help'],
  });
}
