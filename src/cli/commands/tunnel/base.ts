// Chooses the public base of the app: ngrok, another tunnel, or in the sandbox this machine itself.
import { RelayPhoneError } from '../../../errors.js';
import type { Setup } from '../../../setup/setup.js';
import { createFixedUrl } from '../../../tunnel/fixed-url.js';
import { readNgrokEdge } from '../../../tunnel/ngrok/edge.js';
import { createNgrok } from '../../../tunnel/ngrok/open.js';
import {
  findAuthtoken,
  findDomain,
  type NgrokSettingSources,
  verifyAuthtoken,
} from '../../../tunnel/ngrok/settings.js';
import type { OpenTunnel, SourcedValue } from '../../../tunnel/tunnel.js';
import type { CommandContext } from '../../core/command-context.js';
import { findNgrokSources } from '../../core/ngrok.js';
import type { TunnelFlags } from './command.js';

/** The input of {@link choosePublicBase}. */
export interface PublicBaseOptions {
  readonly context: CommandContext;
  readonly setup: Setup;
  readonly flags: Pick<TunnelFlags, 'url' | 'domain' | 'verbose'>;
  /** Of `--authtoken-file`. */
  readonly authtoken: string | undefined;
  /** The port that the tunnel leads to, and the origin there. */
  readonly port: number;
  readonly origin: string;
}

/** A public base, and how it is opened. */
export interface ChosenPublicBase {
  readonly open: OpenTunnel;
  /** For people. */
  readonly how: string;
}

/**
 * Chooses `--url`, else ngrok. The sandbox uses ngrok only if an option, the environment or `.env` configures it, and not
 * because of an `ngrok.yml`: it must work without the internet.
 *
 * @throws RelayPhoneError `usage` for options that exclude each other or are malformed, `needsUser` if ngrok has no
 * authtoken.
 */
export function choosePublicBase(options: PublicBaseOptions): ChosenPublicBase {
  const { flags, setup, origin, port } = options;
  const isSandbox = setup.target === 'sandbox';
  if (flags.url !== undefined) {
    if (flags.domain !== undefined || options.authtoken !== undefined) throw bothGiven();
    const open = createFixedUrl(flags.url, { allowLocal: isSandbox });
    return { open, how: `${flags.url}, which must lead to ${origin}` };
  }
  const sources = findNgrokSources(options.context);
  const flag = options.authtoken === undefined ? undefined : named(options.authtoken, '--authtoken-file');
  if (isSandbox && !isAskedFor(options, flag, sources)) {
    return {
      open: createFixedUrl(origin, { allowLocal: true }),
      how: 'this machine itself, as the sandbox needs no tunnel',
    };
  }
  const authtoken = verifyAuthtoken(flag, sources);
  const domain = findDomain(
    flags.domain === undefined ? undefined : named(flags.domain, '--domain'),
    sources,
  );
  const environment = sources.environment;
  const { screen } = options.context;
  const log = flags.verbose ? (line: string) => screen.line(`ngrok: ${line}`) : undefined;
  const edge = readNgrokEdge(environment);
  const open = createNgrok({ authtoken, domain, port, environment, edge, ...(log && { log }) });
  const where = domain ? `${domain.value}, from ${domain.source}` : "the account's dev domain";
  return { open, how: `ngrok, with the authtoken from ${authtoken.source} (${where})` };
}

function isAskedFor(
  { flags }: PublicBaseOptions,
  flag: SourcedValue | undefined,
  sources: NgrokSettingSources,
): boolean {
  return flags.domain !== undefined || findAuthtoken(flag, { ...sources, yml: NO_FILES }) !== undefined;
}

const NO_FILES = { files: [], faults: [] } as const;

function named(value: string, source: string): SourcedValue {
  return { value, source };
}

function bothGiven(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'open the tunnel',
    reason: '--url is for another tunnel, but --domain and --authtoken-file are for ngrok',
    tryNext: ['leave out --url', 'leave out --domain and --authtoken-file'],
  });
}
