// The errors of the ngrok adapter: each says why the tunnel was not opened and what to do.
import { type SourcedValue, TunnelError } from '../tunnel.js';
import { AGENT_ORIGINS, listAgentEndpoints, servesPort } from './agent-api.js';
import type { NgrokEdge } from './edge.js';
import { adviseOtherTunnel, NGROK_ERRORS, type RefusedAttempt } from './error-codes.js';
import type { ChildFailure } from './protocol.js';

const TASK = 'open the ngrok tunnel';
const DEFAULT_SERVER = 'connect.ngrok-agent.com:443';

/** The codes that an ngrok agent on this machine may cause. */
const AGENT_CODES: ReadonlySet<number> = new Set([108, 324, 334]);

/** The endpoint that is asked for, as far as the advice depends on it. */
export interface EndpointOptions {
  readonly authtoken: SourcedValue;
  /** A bare host name; undefined takes the account's dev domain. */
  readonly domain: SourcedValue | undefined;
  /** The loopback port that receives the requests. */
  readonly port: number;
  /** From `readNgrokEdge`. Default: ngrok's own service. */
  readonly edge?: NgrokEdge;
  /** Origins where a local ngrok agent may answer. Default: the agent's default addresses. */
  readonly agentOrigins?: readonly string[];
  /** The flag that accepts any other public base, for advice. Default `--url`. */
  readonly urlFlag?: string;
}

/** The errors of one adapter. */
export interface NgrokFailures {
  /** The `host[:port]` that the adapter connects to. */
  readonly server: string;
  /** The edge did not answer in time. */
  timedOut(timeoutMs: number): TunnelError;
  interrupted(): TunnelError;
  /** The TCP connection failed. */
  unreachable(error: unknown): TunnelError;
  childEnded(how: string): TunnelError;
  sdkNotLoaded(failure: ChildFailure): TunnelError;
  refused(failure: ChildFailure): Promise<TunnelError>;
}

/** Creates the errors of an adapter. */
export function createNgrokFailures(options: EndpointOptions): NgrokFailures {
  const { authtoken, domain, urlFlag = '--url', edge } = options;
  const asked: RefusedAttempt = { tokenSource: authtoken.source, domain, urlFlag };
  const server = edge?.server ?? DEFAULT_SERVER;

  return {
    server,
    unreachable: (error) => networkError(error instanceof Error ? error.message : String(error)),
    timedOut: (timeoutMs) => networkError(`${server} did not answer within ${timeoutMs / 1000} s`),
    interrupted: () =>
      new TunnelError({ kind: 'interrupted', task: TASK, reason: 'it was stopped', retry: 'never' }),
    childEnded: (how) =>
      new TunnelError({
        kind: 'network',
        task: TASK,
        reason: how,
        tryNext: [adviseOtherTunnel(asked)],
        retry: 'always',
      }),
    sdkNotLoaded: unloadable,
    refused: async ({ message, code }) => {
      const number = Number(/^ERR_NGROK_(\d+)$/.exec(code ?? '')?.[1]);
      if (!number) return connectionError(message);
      return refusedError(number, message, AGENT_CODES.has(number) ? await adviseLocalAgents(options) : []);
    },
  };

  function networkError(reason: string): TunnelError {
    const tryNext = [
      `check the internet connection: ${server} must be reachable without a proxy`,
      adviseOtherTunnel(asked),
    ];
    return new TunnelError({ kind: 'network', task: TASK, reason, tryNext, retry: 'always' });
  }

  function connectionError(message: string): TunnelError {
    if (/tcp connection/i.test(message)) return networkError(`${server} could not be reached`);
    if (/invalid server address/i.test(message)) return badServerError();
    if (!/tls handshake/i.test(message)) return networkError(`${server} ended the session (${message})`);
    const tryNext = [
      'if this network intercepts TLS: RELAY_PHONE_NGROK_CA=PATH of its certificate authority',
      adviseOtherTunnel(asked),
    ];
    const reason = `the TLS handshake with ${server} failed: it hung up, or ngrok's authority did not sign its certificate`;
    return new TunnelError({ kind: 'network', task: TASK, reason, tryNext, retry: 'always' });
  }

  function badServerError(): TunnelError {
    const reason = `${server} is not an address such as ${DEFAULT_SERVER}`;
    const tryNext = ['correct RELAY_PHONE_NGROK_SERVER, or leave it out'];
    return new TunnelError({ kind: 'usage', task: TASK, reason, tryNext, retry: 'never' });
  }

  function refusedError(ngrokCode: number, message: string, offered: readonly string[]): TunnelError {
    const known = NGROK_ERRORS.get(ngrokCode);
    return new TunnelError({
      kind: 'refused',
      task: TASK,
      reason: `${known?.reason(asked) ?? quoteNgrok(message)} (ERR_NGROK_${ngrokCode})`,
      tryNext: [...offered, ...(known?.tryNext(asked) ?? [adviseOtherTunnel(asked)])],
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
        adviseOtherTunnel(asked),
      ],
      retry: 'never',
    });
  }
}

/** Advises to use, or to stop, an ngrok agent that runs on this machine. */
async function adviseLocalAgents({
  port,
  agentOrigins = AGENT_ORIGINS,
  urlFlag = '--url',
}: EndpointOptions): Promise<string[]> {
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

/** Quotes ngrok's message without its error code. */
function quoteNgrok(message: string): string {
  const text = message
    .replace(/^failed to [\w ]+: /, '')
    .replace(/\s{0,8}(error_code: )?ERR_NGROK_\d+/g, '')
    .replace(/\.$/, '');
  return `ngrok says "${text}"`;
}
