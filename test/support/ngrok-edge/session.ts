// The server side of an agent's session with ngrok: authentication, endpoints, heartbeats, incoming connections.
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { createStreams } from './streams.js';

/** The types of streams: the first four bytes. */
const StreamType = { auth: 0, bind: 1, unbind: 2, proxied: 3, heartbeat: 0xffffffff } as const;

/** An error that the service answers with. */
export interface CodedError {
  readonly code: number;
  readonly text: string;
}

/** The credentials that an agent sent. */
export interface AgentCredentials {
  readonly authtoken: string;
  readonly clientType: string;
}

/** The state of the service that its sessions share. */
export interface Rules {
  /** True if the service must not answer. */
  isFrozen(): boolean;
  /** Returns why a session is refused; undefined to accept it. */
  findAuthRefusal(credentials: AgentCredentials): CodedError | undefined;
  /** Assigns the domain, or the dev domain, to `endpoint`. Returns the host, or why it is refused. */
  bind(endpoint: Endpoint, domain: string | undefined): { readonly host: string } | CodedError;
  /** Is called when the agent takes the endpoint offline. */
  unbind(id: string): void;
  /** Is called for each endpoint when the session has ended. */
  forget(id: string): void;
}

/** An endpoint that an agent bound. */
export interface Endpoint {
  readonly id: string;
  /** Opens an incoming connection, which carries raw HTTP in both directions. */
  openConnection(): Duplex;
}

/** Runs the server side of a session over a TLS connection. */
export function runSession(connection: Duplex, rules: Rules): void {
  const ids: string[] = [];
  const streams = createStreams(connection, (stream) => {
    let received: Buffer = Buffer.alloc(0);
    stream.on('data', function onData(chunk: Buffer) {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      stream.off('data', onData);
      stream.pause();
      serve(stream, received.readUInt32BE(0), received.subarray(4));
    });
  });
  connection.on('close', () => ids.forEach(rules.forget));

  function serve(stream: Duplex, type: number, firstBytes: Buffer): void {
    if (firstBytes.length > 0) stream.unshift(firstBytes);
    if (type === StreamType.heartbeat)
      stream.on('data', (heartbeat) => rules.isFrozen() || stream.write(heartbeat));
    else if (type === StreamType.auth) answer(stream, (request) => authenticate(request));
    else if (type === StreamType.bind) answer(stream, (request) => bind(request));
    else if (type === StreamType.unbind) answer(stream, (request) => unbind(request));
    stream.resume();
  }

  /** Reads one JSON document and answers with another. */
  function answer(stream: Duplex, respond: (request: Fields) => object): void {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const request = parseIfComplete(text);
      if (!request || rules.isFrozen()) return;
      text = '';
      stream.end(JSON.stringify(respond(request)));
    });
  }

  function authenticate(request: Fields): object {
    const extra = fieldsOf(request.Extra);
    const credentials = { authtoken: String(extra.AuthToken), clientType: String(extra.ClientType) };
    const refusal = rules.findAuthRefusal(credentials);
    if (refusal) return formatRefusal(refusal);
    return {
      Version: '3',
      ClientId: randomBytes(8).toString('hex'),
      Extra: { Version: '3', Region: 'test', AccountName: 'Test', PlanName: 'Free', Cookie: '', Banner: '' },
    };
  }

  function bind(request: Fields): object {
    const domain = fieldsOf(request.Opts).Domain;
    const id = randomBytes(8).toString('hex');
    const endpoint = { id, openConnection: () => openConnection(streams.open(), id) };
    const result = rules.bind(endpoint, typeof domain === 'string' && domain !== '' ? domain : undefined);
    if ('code' in result) return formatRefusal(result);
    ids.push(id);
    const { Proto, Opts } = request;
    return { Id: id, URL: `https://${result.host}`, Proto, Opts, Extra: { Token: '' } };
  }

  function unbind({ Id }: Fields): object {
    rules.unbind(String(Id));
    return { Extra: {} };
  }
}

function openConnection(stream: Duplex, id: string): Duplex {
  const header = JSON.stringify({
    Id: id,
    ClientAddr: '192.0.2.1:40000',
    Proto: 'https',
    EdgeType: '3',
    PassthroughTLS: false,
  });
  const head = Buffer.alloc(12);
  head.writeUInt32BE(StreamType.proxied, 0);
  head.writeBigInt64LE(BigInt(Buffer.byteLength(header)), 4);
  stream.write(head);
  stream.write(header);
  return stream;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function parseIfComplete(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    // The rest has not arrived yet.
    return undefined;
  }
}

function formatRefusal({ code, text }: CodedError): object {
  return { Error: `${text}\r\n\r\nERR_NGROK_${code}\r\n` };
}
