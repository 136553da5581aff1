// Sets up the tests of the ngrok adapter: a fake edge, a local server behind the tunnel, and the adapter between them.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNgrok, type NgrokOptions } from '../../src/tunnel/ngrok/open.js';
import type { OpenTunnel, Tunnel } from '../../src/tunnel/tunnel.js';
import { DEADLINE } from './deadline.js';
import { createNgrokEdge, type FakeNgrokEdge } from './ngrok-edge/edge.js';

/** A made-up authtoken of the right shape. */
export const AUTHTOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';

/** A heartbeat that even a slow machine answers in time, and one for tests in which the other side hangs. */
export const [LENIENT_HEARTBEAT, STRICT_HEARTBEAT] = [
  { intervalSeconds: 1, toleranceSeconds: 60 },
  { intervalSeconds: 1, toleranceSeconds: 1 },
] as const;

/** A request that the local server received. */
interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The parts of an adapter test. */
export interface TunnelScene {
  readonly edge: FakeNgrokEdge;
  readonly received: readonly ReceivedRequest[];
  readonly server: Server;
  /** The process ids of all children so far. */
  readonly pids: readonly number[];
  /** The lines that the SDK printed. */
  readonly logged: readonly string[];
  /** Creates an adapter that opens tunnels to the local server. */
  adapter(options?: Partial<NgrokOptions>): OpenTunnel;
  /** Opens one tunnel. */
  open(options?: Partial<NgrokOptions>): Promise<Tunnel>;
  close(): Promise<void>;
}

/** Starts an edge and a server that answers `received`. */
export async function createTunnelScene(): Promise<TunnelScene> {
  const edge = await createNgrokEdge();
  const received: ReceivedRequest[] = [];
  const pids: number[] = [];
  const logged: string[] = [];
  const tunnels: Tunnel[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      received.push({ method, target, headers, body: Buffer.concat(chunks) });
      response.end('received');
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
      heartbeat: LENIENT_HEARTBEAT,
      agentOrigins: [],
      log: (line) => logged.push(line),
      onStart: (pid) => pids.push(pid),
      ...options,
    });
  return {
    edge,
    received,
    server,
    pids,
    logged,
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

/** True if a process is running. */
export function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
