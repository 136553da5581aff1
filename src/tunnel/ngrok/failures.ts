// The errors of the ngrok adapter: each says why the tunnel was not opened and what to do.
import { locateDocs } from '../../package-file.js';
import { type SourcedValue, TunnelError } from '../tunnel.js';
import { AGENT_ORIGINS, listAgentEndpoints, servesPort } from './agent-api.js';
import type { NgrokEdge } from './edge.js';
import { adviseOtherTunnel, NGROK_ERRORS, type RefusedAttempt } from './error-codes.js';
import type { ChildFailure } from './protocol.js';

const TASK = 'open the ngrok tunnel';
const DEFAULT_SERVER = 'connect.ngrok-agent.com:443';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'ALL_PROXY'] as const;

/** The error codes that an ngrok agent on this machine may cause. */
const AGENT_CODES: ReadonlySet<number> = new Set([108, 324, 334]);

/** The options of an attempt that its errors depend on. */
export interface EndpointOptions {
  readonly authtoken: SourcedValue;
  /** A bare host name; undefined for the account's dev domain. */
  readonly domain: SourcedValue | undefined;
  /** The loopback port that receives the requests. */
  readonly port: number;
  /** From `readNgrokEdge`. Default: ngrok's own service. */
  readonly edge?: NgrokEdge;
  /** The API origins of local ngrok agents. Default: {@link AGENT_ORIGINS}. */
  readonly agentOrigins?: readonly string[];
  /** The flag that takes another public base, for advice. Default `--url`. */
  readonly urlFlag?: string;
  /** Where proxies are looked for, which ngrok's SDK does not use. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Creates the errors of one adapter. */
export interface NgrokFailures {
  /** The `host[:port]` that the adapter connects to. */
  readonly server: string;
  /** The edge did not answer in time. */
  timedOut(timeoutMs: number): TunnelError;
  /** The caller ended the attempt. */
  interrupted(): TunnelError;
  /** The TCP connection failed. */
  unreachable(error: unknown): TunnelError;
  /** The child process ended early. @param reason how, as a clause */
  childEnded(reason: string): TunnelError;
  /** The SDK does not load. */
  sdkNotLoaded(failure: ChildFailure): TunnelError;
  /** The session or the endpoint failed. Asks local agents if one of them may be the cause. */
  refused(failure: ChildFailure): Promise<TunnelError>;
}

/** Creates the errors of an adapter. */
export function createNgrokFailures(options: EndpointOptions): NgrokFailures {
  const { authtoken, domain, urlFlag = '--url', edge, environment = {} } = options;
  const attempt: RefusedAttempt = { tokenSource: authtoken.source, domain, urlFlag };
  const server = edge?.server ?? DEFAULT_SERVER;

  return {
    server,
    unreachable: (error) => networkError(error instanceof Error ? error.message : String(error)),
    timedOut: (timeoutMs) => networkError(`${server} did not answer within ${timeoutMs / 1000} s`),
    interrupted: () =>
      new TunnelError({ kind: 'interrupted', task: TASK, reason: 'it was stopped', retry: 'never' }),
    childEnded: (reason) =>
      new TunnelError({
        kind: 'network',
        task: TASK,
        reason,
        tryNext: [adviseOtherTunnel(attempt)],
        retry: 'always',
      }),
    sdkNotLoaded: loadError,
    refused: async ({ message, code }) => {
      const ngrokCode = Number(/^ERR_NGROK_(\d+)$/.exec(code ?? '')?.[1]);
      if (!ngrokCode) return connectionError(message);
      return refusedError(
        ngrokCode,
        message,
        AGENT_CODES.has(ngrokCode) ? await adviseLocalAgents(options) : [],
      );
    },
  };

  function networkError(reason: string): TunnelError {
    const variable = PROXY_VARIABLES.find((name) => environment[name] || environment[name.toLowerCase()]);
    const tryNext = [
      variable === undefined
        ? `check the internet connection: ${server} must be reachable without a proxy`
        : `${server} must be reachable without a proxy: ngrok's SDK does not use ${variable} ("Behind a company proxy" in ${locateDocs('tunnel.md')})`,
      adviseOtherTunnel(attempt),
    ];
    return new TunnelError({ kind: 'network', task: TASK, reason, tryNext, retry: 'always' });
  }

  function connectionError(message: string): TunnelError {
    if (/tcp connection/i.test(message)) return networkError(`${server} could not be reached`);
    if (/invalid server address/i.test(message)) return serverAddressError();
    if (!/tls handshake/i.test(message)) return networkError(`${server} ended the session (${message})`);
    const tryNext = [
      'if this network intercepts TLS, set RELAY_PHONE_NGROK_CA to the path of its certificate authority',
      adviseOtherTunnel(attempt),
    ];
    const reason = `the TLS handshake with ${server} failed: it closed the connection, or ngrok's authority did not sign its certificate`;
    return new TunnelError({ kind: 'network', task: TASK, reason, tryNext, retry: 'always' });
  }

  function serverAddressError(): TunnelError {
    const reason = `${server} is not an address such as ${DEFAULT_SERVER}`;
    const tryNext = ['correct or unset RELAY_PHONE_NGROK_SERVER'];
    return new TunnelError({ kind: 'usage', task: TASK, reason, tryNext, retry: 'never' });
  }

  function refusedError(ngrokCode: number, message: string, agentAdvice: readonly string[]): TunnelError {
    const known = NGROK_ERRORS.get(ngrokCode);
    return new TunnelError({
      kind: 'refused',
      task: TASK,
      reason: `${known?.reason(attempt) ?? quoteNgrok(message)} (ERR_NGROK_${ngrokCode})`,
      tryNext: [...agentAdvice, ...(known?.tryNext(attempt) ?? [adviseOtherTunnel(attempt)])],
      more: `https://ngrok.com/docs/errors/err_ngrok_${ngrokCode}`,
      retry: known?.retry ?? 'never',
      ngrokCode,
    });
  }

  function loadError({ message, code }: ChildFailure): TunnelError {
    return new TunnelError({
      kind: 'needsUser',
      task: TASK,
      reason: `ngrok's SDK does not load on this machine (${code ?? message})`,
      tryNext: [
        ...(code === 'ERR_DLOPEN_FAILED'
          ? ['on Windows, install the Microsoft Visual C++ Redistributable']
          : ['run npm install again, without --omit=optional: the binary is an optional dependency']),
        adviseOtherTunnel(attempt),
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
  // This is advice about another failure: an agent that does not answer adds nothing to it.
  const endpoints = await listAgentEndpoints(agentOrigins).catch(() => []);
  const serving = endpoints.filter((endpoint) => servesPort(endpoint, port));
  if (serving.length > 0)
    return serving.map(
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
