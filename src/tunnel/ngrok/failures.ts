// Turns everything that can go wrong with an attempt into an error that says what to do.
import { AGENT_ORIGINS, listAgentEndpoints, servesPort } from '../agent-api.js';
import { TunnelError } from '../tunnel.js';
import { elsewhere, NGROK_ERRORS, type RefusedAttempt } from './error-codes.js';
import type { NgrokOptions } from './open.js';
import type { ChildFailure } from './protocol.js';

const TASK = 'open the ngrok tunnel';
const SERVER = 'connect.ngrok-agent.com:443';

/** The codes where an agent on this machine may be what is in the way, and the way out. */
const AGENT_CODES: ReadonlySet<number> = new Set([108, 324, 334]);

/** The errors of one adapter. */
export interface NgrokFailures {
  /** `host[:port]` that is dialled. */
  readonly server: string;
  /** No answer within `limit` milliseconds. */
  late(limit: number): TunnelError;
  stopped(): TunnelError;
  /** No TCP connection. */
  unreachable(error: unknown): TunnelError;
  died(how: string): TunnelError;
  unloadable(failure: ChildFailure): TunnelError;
  refused(failure: ChildFailure): Promise<TunnelError>;
}

/** Makes the errors of an adapter with these options. */
export function createNgrokFailures(options: NgrokOptions): NgrokFailures {
  const { authtoken, domain, urlFlag = '--url', edge } = options;
  const asked: RefusedAttempt = { tokenSource: authtoken.source, domain, urlFlag };
  const server = edge?.server ?? SERVER;

  return {
    server,
    unreachable: (error) => network(error instanceof Error ? error.message : String(error)),
    late: (limit) => network(`${server} did not answer within ${limit / 1000} s`),
    stopped: () =>
      new TunnelError({ kind: 'interrupted', task: TASK, reason: 'it was stopped', retry: 'never' }),
    died: (how) =>
      new TunnelError({
        kind: 'network',
        task: TASK,
        reason: how,
        tryNext: [elsewhere(asked)],
        retry: 'always',
      }),
    unloadable,
    refused: async ({ message, code }) => {
      const number = Number(/^ERR_NGROK_(\d+)$/.exec(code ?? '')?.[1]);
      if (!number) return broken(message);
      return refusal(number, message, AGENT_CODES.has(number) ? await offers(options) : []);
    },
  };

  function network(reason: string): TunnelError {
    const tryNext = [
      `check the internet connection: ${server} must be reachable, and not only through a proxy`,
      elsewhere(asked),
    ];
    return new TunnelError({ kind: 'network', task: TASK, reason, tryNext, retry: 'always' });
  }

  function broken(message: string): TunnelError {
    if (/tcp connection/i.test(message)) return network(`${server} could not be reached`);
    if (/invalid server address/i.test(message)) return badServer();
    if (!/tls handshake/i.test(message)) return network(`${server} ended the conversation (${message})`);
    const tryNext = [
      'when something on this network looks into TLS: RELAY_PHONE_NGROK_CA=PATH of its certificate authority',
      elsewhere(asked),
    ];
    const reason = `the TLS handshake with ${server} failed: it hung up, or ngrok's authority does not vouch for it`;
    return new TunnelError({ kind: 'network', task: TASK, reason, tryNext, retry: 'always' });
  }

  function badServer(): TunnelError {
    const reason = `${server} is no address such as ${SERVER}`;
    const tryNext = ['correct RELAY_PHONE_NGROK_SERVER, or leave it out'];
    return new TunnelError({ kind: 'usage', task: TASK, reason, tryNext, retry: 'never' });
  }

  function refusal(ngrokCode: number, message: string, offered: readonly string[]): TunnelError {
    const known = NGROK_ERRORS.get(ngrokCode);
    return new TunnelError({
      kind: 'refused',
      task: TASK,
      reason: `${known?.reason(asked) ?? strip(message)} (ERR_NGROK_${ngrokCode})`,
      tryNext: [...offered, ...(known?.tryNext(asked) ?? [elsewhere(asked)])],
      more: `https://ngrok.com/docs/errors/err_ngrok_${ngrokCode}`,
      retry: known?.retry ?? 'never',
      ngrokCode,
    });
  }

  function unloadable({ message, code }: ChildFailure): TunnelError {
    return new TunnelError({
      kind: 'needsUser',
      task: TASK,
      reason: `ngrok's SDK does not load on this machine (${code ?? message})`,
      tryNext: [
        ...(code === 'ERR_DLOPEN_FAILED'
          ? ['on Windows, install the Microsoft Visual C++ Redistributable']
          : ['npm install again, without --omit=optional: its binary is an optional dependency']),
        elsewhere(asked),
      ],
      retry: 'never',
    });
  }
}

/** What an agent on this machine serves already, as advice. */
async function offers({
  port,
  agentOrigins = AGENT_ORIGINS,
  urlFlag = '--url',
}: NgrokOptions): Promise<string[]> {
  const endpoints = await listAgentEndpoints(agentOrigins);
  const ours = endpoints.filter((endpoint) => servesPort(endpoint, port));
  if (ours.length > 0)
    return ours.map(
      ({ url }) => `${urlFlag} ${url}: an ngrok agent on this machine serves port ${port} under it`,
    );
  return endpoints.map(
    ({ url, upstream }) => `stop the ngrok agent on this machine, which serves ${upstream} under ${url}`,
  );
}

/** ngrok's own words, without the code that follows them. */
function strip(message: string): string {
  const text = message
    .replace(/^failed to [\w ]+: /, '')
    .replace(/\s*(error_code: )?ERR_NGROK_\d+/g, '')
    .replace(/\.$/, '');
  return `ngrok says "${text}"`;
}
