// The service side of an agent's session with ngrok: authentication, endpoints, heartbeats, incoming connections.
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { createStreams } from './streams.js';

/** The purpose of a stream, in its first four bytes. */
const StreamType = { auth: 0, bind: 1, unbind: 2, proxied: 3, heartbeat: 0xffffffff } as const;

/** An error answer of the service. */
export interface CodedError {
  readonly code: number;
  readonly text: string;
}

/** The credentials that an agent sent. */
export interface Introduction {
  readonly authtoken: string;
  readonly clientType: string;
}

/** The decisions of the service. */
export interface Rules {
  /** Whether to stop answering altogether. */
  isFrozen(): boolean;
  findAuthRefusal(introduction: Introduction): CodedError | undefined;
  /** Assigns the domain to `endpoint`, or returns why not. */
  bind(endpoint: Endpoint, domain: string | undefined): { readonly host: string } | CodedError;
  /** Called when the agent takes the endpoint offline. */
  unbind(id: string): void;
  /** Called when the session has ended. */
  forget(id: string): void;
}

/** An endpoint that an agent bound. */
export interface Endpoint {
  readonly id: string;
  /** Opens an incoming connection, which carries raw HTTP in both directions. */
  openConnection(): Duplex;
}

/** Runs the service side of a session over a TLS connection. */
export function runSession(wire: Duplex, rules: Rules): void {
  const ids: string[] = [];
  const streams = createStreams(wire, (stream) => {
    let head: Buffer = Buffer.alloc(0);
    stream.on('data', function onData(chunk: Buffer) {
      head = Buffer.concat([head, chunk]);
      if (head.length < 4) return;
      stream.off('data', onData);
      stream.pause();
      serve(stream, head.readUInt32BE(0), head.subarray(4));
    });
  });
  wire.on('close', () => ids.forEach(rules.forget));

  function serve(stream: Duplex, type: number, rest: Buffer): void {
    if (rest.length > 0) stream.unshift(rest);
    if (type === StreamType.heartbeat) stream.on('data', (beat) => rules.isFrozen() || stream.write(beat));
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
      const request = findJson(text);
      if (!request || rules.isFrozen()) return;
      text = '';
      stream.end(JSON.stringify(respond(request)));
    });
  }

  function authenticate(request: Fields): object {
    const extra = fieldsOf(request.Extra);
    const introduction = { authtoken: String(extra.AuthToken), clientType: String(extra.ClientType) };
    const refusal = rules.findAuthRefusal(introduction);
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
    const outcome = rules.bind(endpoint, typeof domain === 'string' && domain !== '' ? domain : undefined);
    if ('code' in outcome) return formatRefusal(outcome);
    ids.push(id);
    const { Proto, Opts } = request;
    return { Id: id, URL: `https://${outcome.host}`, Proto, Opts, Extra: { Token: '' } };
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

function findJson(text: string): Fields | undefined {
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
