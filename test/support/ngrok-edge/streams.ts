// The muxado streams of one connection, each with a window of 256 KiB in each direction.
import { Duplex } from 'node:stream';
import { createFrameReader, FrameFlag, FrameKind, formatFrame, formatNumber } from './frames.js';

const WINDOW_BYTES = 256 * 1024;
const MAX_BODY_BYTES = 16 * 1024;

/** Sends a frame. */
type SendFrame = (kind: number, flags: number, stream: number, body: Buffer) => void;

/** One stream. Ending it sends FIN. Destroying it before its end sends a reset. */
class MuxStream extends Duplex {
  private isNew: boolean;
  private credit = WINDOW_BYTES;
  private unconfirmedBytes = 0;
  private onCredit: (() => void) | undefined;

  constructor(
    readonly id: number,
    isNew: boolean,
    private readonly sendFrame: SendFrame,
    private readonly onClosed: () => void,
  ) {
    super({ allowHalfOpen: true });
    this.isNew = isNew;
  }

  receive(body: Buffer, isLast: boolean): void {
    this.unconfirmedBytes += body.length;
    if (body.length > 0 && this.push(body)) this._read();
    if (isLast) this.push(null);
  }

  addCredit(bytes: number): void {
    this.credit += bytes;
    this.onCredit?.();
  }

  override _read(): void {
    if (this.unconfirmedBytes > 0)
      this.sendFrame(FrameKind.credit, 0, this.id, formatNumber(this.unconfirmedBytes));
    this.unconfirmedBytes = 0;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const size = Math.min(chunk.length, MAX_BODY_BYTES, this.credit);
    if (size === 0 && chunk.length > 0) {
      this.onCredit = () => {
        this.onCredit = undefined;
        this._write(chunk, _encoding, done);
      };
      return;
    }
    this.sendData(chunk.subarray(0, size), 0);
    this.credit -= size;
    if (size === chunk.length) done();
    else this._write(chunk.subarray(size), _encoding, done);
  }

  override _final(done: () => void): void {
    this.sendData(Buffer.alloc(0), FrameFlag.fin);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.readableEnded || !this.writableFinished)
      this.sendFrame(FrameKind.reset, 0, this.id, formatNumber(0));
    this.onClosed();
    done(error);
  }

  private sendData(body: Buffer, flags: number): void {
    this.sendFrame(FrameKind.data, flags | (this.isNew ? FrameFlag.syn : 0), this.id, body);
    this.isNew = false;
  }
}

/** All streams of a connection. */
export interface Streams {
  /** Opens a stream to the other side. */
  open(): Duplex;
}

/** Runs the server side over `connection`: its own streams have even ids, those of the client have odd ids. */
export function createStreams(connection: Duplex, onStream: (stream: Duplex) => void): Streams {
  const streams = new Map<number, MuxStream>();
  let nextId = 2;
  const sendFrame: SendFrame = (kind, flags, stream, body) => {
    if (connection.writable) connection.write(formatFrame({ kind, flags, stream, body }));
  };
  const read = createFrameReader(({ kind, flags, stream: id, body }) => {
    if (kind === FrameKind.data && flags & FrameFlag.syn) onStream(add(id, false));
    const stream = streams.get(id);
    if (kind === FrameKind.data) stream?.receive(body, (flags & FrameFlag.fin) !== 0);
    if (kind === FrameKind.credit) stream?.addCredit(body.readUInt32BE(0));
    if (kind === FrameKind.reset) stream?.destroy();
    if (kind === FrameKind.goAway) connection.destroy();
  });
  connection.on('data', read);
  connection.on('close', () => {
    for (const stream of streams.values()) stream.destroy();
  });

  function add(id: number, isNew: boolean): MuxStream {
    const stream = new MuxStream(id, isNew, sendFrame, () => streams.delete(id));
    stream.on('error', () => undefined);
    streams.set(id, stream);
    return stream;
  }
  return {
    open: () => {
      const stream = add(nextId, true);
      nextId += 2;
      return stream;
    },
  };
}
