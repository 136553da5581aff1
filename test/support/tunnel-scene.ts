// Set-up of the ngrok adapter tests: a fake edge, a local server behind the tunnel, and the adapter between them.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNgrok, type NgrokOptions } from '../../src/tunnel/ngrok/open.js';
import type { OpenTunnel, Tunnel } from '../../src/tunnel/tunnel.js';
import { DEADLINE } from './deadline.js';
import { createNgrokEdge, type FakeNgrokEdge } from './ngrok-edge/edge.js';

/** A made-up authtoken of the right shape. */
export const AUTHTOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';

/** Heartbeats that even a slow machine does not miss, and those of tests in which the peer hangs. */
export const [CALM, STRICT] = [
  { intervalSeconds: 1, toleranceSeconds: 60 },
  { intervalSeconds: 1, toleranceSeconds: 1 },
] as const;

/** A request that arrived at the local server. */
interface Arrived {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The parts of an adapter test. */
export interface TunnelScene {
  readonly edge: FakeNgrokEdge;
  readonly arrived: readonly Arrived[];
  readonly server: Server;
  /** The process ids of all children so far. */
  readonly pids: readonly number[];
  /** The lines that the SDK logged. */
  readonly printed: readonly string[];
  adapter(options?: Partial<NgrokOptions>): OpenTunnel;
  /** Opens one tunnel. */
  open(options?: Partial<NgrokOptions>): Promise<Tunnel>;
  close(): Promise<void>;
}

/** Starts an edge and a server that answers `got it`. */
export async function createTunnelScene(): Promise<TunnelScene> {
  const edge = await createNgrokEdge();
  const arrived: Arrived[] = [];
  const pids: number[] = [];
  const printed: string[] = [];
  const tunnels: Tunnel[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      arrived.push({ method, target, headers, body: Buffer.concat(chunks) });
      response.end('got it');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const adapter = (options: Partial<NgrokOptions> = {}) =>
    createNgrok({
      authtoken: { value: AUTHTOKEN, source: 'the test' },
      domain: undefined,
      port: (server.address() as AddressInfo).port,
      environment: process.env,
      edge: { server: edge.server, ca: edge.ca },
      heartbeat: CALM,
      agentOrigins: [],
      log: (line) => printed.push(line),
      onStart: (pid) => pids.push(pid),
      ...options,
    });
  return {
    edge,
    arrived,
    server,
    pids,
    printed,
    adapter,
    open: async (options) => {
      const tunnel = await adapter(options)({ timeoutMs: DEADLINE, signal: new AbortController().signal });
      tunnels.push(tunnel);
      return tunnel;
    },
    close: async () => {
      await Promise.all(tunnels.map((tunnel) => tunnel.close()));
      await edge.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Whether a process is running. */
export function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
