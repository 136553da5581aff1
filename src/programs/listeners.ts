// Lists which processes of this user listen on which TCP ports, for messages about a port that is taken.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that listens on a port. */
export interface Listener {
  readonly pid: number;
  /** Of its program, such as `node`. It is outside text. */
  readonly name: string;
  readonly port: number;
}

/** Lists the processes that listen, once for each port and address. Those of other users are missing. */
export function listListeners(): Listener[] {
  if (process.platform === 'linux') return listFromProcNet();
  return process.platform === 'win32' ? listFromNetstat() : listFromLsof();
}

/** Returns the process that listens on a port; undefined for a free port, and for another user's process. */
export function findListener(port: number): Listener | undefined {
  return listListeners().find((one) => one.port === port);
}

/** Returns the listener as `node (process 123)`. */
export function describeListener({ name, pid }: Listener): string {
  return `${name} (process ${pid})`;
}

/** The ports of IANA's dynamic range: https://www.rfc-editor.org/rfc/rfc6335#section-6. */
const DYNAMIC_PORTS = '49152 65535';

/** True if the system may have chosen a port, for a program that asked for any free one. Linux has a range of its own. */
export function isDynamicPort(port: number): boolean {
  const range = read('/proc/sys/net/ipv4/ip_local_port_range').trim() || DYNAMIC_PORTS;
  const [first = 0, last = 0] = range.split(/\s+/).map(Number);
  return port >= first && port <= last;
}

/** The state `LISTEN`; https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html. */
const LISTENING = '0A';

function listFromProcNet(): Listener[] {
  const ports = new Map(['tcp', 'tcp6'].flatMap(listSockets));
  if (ports.size === 0) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) =>
      listLinks(`/proc/${pid}/fd`).flatMap((link) => {
        const port = ports.get(link);
        const name = port === undefined ? '' : read(`/proc/${pid}/comm`).trim();
        return port === undefined ? [] : { pid: Number(pid), name: name || 'a program', port };
      }),
    );
}

/** Lists the sockets that listen, as the links in `/proc/PID/fd` name them, and their ports. */
function listSockets(table: string): [link: string, port: number][] {
  return read(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === LISTENING)
    .map((fields) => [`socket:[${fields[9]}]`, Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)]);
}

/** Empty if the process has ended, or belongs to another user. */
function listLinks(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => readLink(`${folder}/${name}`));
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Follows https://lsof.readthedocs.io/en/latest/manpage/#output-for-other-programs. */
function listFromLsof(): Listener[] {
  return readLsof(run('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpcn']));
}

/** Reads lines such as `p123`, `cnode`, `f20` and `n127.0.0.1:8000`: each port belongs to the process above it. */
export function readLsof(output: string): Listener[] {
  const listeners: Listener[] = [];
  let [pid, name] = [0, ''];
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    else if (line.startsWith('c')) name = value;
    else if (line.startsWith('n'))
      listeners.push({ pid, name, port: Number(value.slice(value.lastIndexOf(':') + 1)) });
  }
  return listeners;
}

function listFromNetstat(): Listener[] {
  const found = readNetstat(run('netstat', ['-ano', '-p', 'TCP']));
  const names = found.length === 0 ? new Map() : readTasklist(run('tasklist', ['/FO', 'CSV', '/NH']));
  return found.map(({ pid, port }) => ({ pid, port, name: names.get(pid) ?? 'a program' }));
}

/** Reads lines such as `TCP  127.0.0.1:8000  0.0.0.0:0  LISTENING  123`. Windows translates the state, so the port 0 counts. */
export function readNetstat(output: string): Omit<Listener, 'name'>[] {
  return output
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([protocol, , foreign]) => protocol === 'TCP' && foreign?.endsWith(':0'))
    .map(([, local = '', ...rest]) => ({
      pid: Number(rest.at(-1)),
      port: Number(local.slice(local.lastIndexOf(':') + 1)),
    }));
}

/** Reads lines such as `"node.exe","123","Console","1","40,000 K"`. */
export function readTasklist(output: string): Map<number, string> {
  const fields = output.split('\n').map((line) => line.split('","'));
  return new Map(fields.map(([name = '', pid]) => [Number(pid), name.replace(/^"/, '')]));
}

function run(file: string, args: readonly string[]): string {
  return spawnSync(file, args, { encoding: 'utf8', windowsHide: true }).stdout ?? '';
}
