// Reads request bodies from strangers: all bodies that are still arriving share one limit of memory.
import type { IncomingMessage } from 'node:http';
import { clearTimeout, setImmediate, setTimeout } from '../real-time.js';

/** Why a body could not be read. `no-room`: its memory was needed for other bodies. */
export type BodyFault = 'too-long' | 'too-slow' | 'ended-early' | 'no-room';

/** Reads bodies. */
export interface BodyReader {
  /** Reads a body and calls exactly one of the callbacks, once. Promises would cost as much as a signature check. */
  read(incoming: IncomingMessage, onBody: (body: Buffer) => void, onFault: (fault: BodyFault) => void): void;
}

/** The limits of a {@link BodyReader}. */
export interface BodyReaderOptions {
  /** Bytes of one body. Default 262,144: many times the size of the longest webhook. */
  readonly maxBytes?: number;
  /** Bytes of memory for all bodies that have begun to arrive and are not complete. Default 33,554,432. */
  readonly maxTotalBytes?: number;
  /** Milliseconds that one body may take to arrive. Default 10,000. */
  readonly timeoutMs?: number;
}

/** The default limit for one body: 256 KB. */
export const MAX_UNSIGNED_BODY_BYTES = 256 * 1024;
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
/** Each piece costs some work, however short it is. 256 KB in network packets are fewer. */
const MAX_PIECES = 512;
/** A body with less memory than this is closed only if no longer one is left: a webhook is shorter. */
const SMALL_BYTES = 16 * 1024;

/**
 * Creates a reader. It counts the bytes that arrived, not those that a header promises. Above the limit it gives up the
 * oldest long body that is still incomplete; a complete body is never given up.
 */
export function createBodyReader(options: BodyReaderOptions = {}): BodyReader {
  const {
    maxBytes = MAX_UNSIGNED_BODY_BYTES,
    maxTotalBytes = MAX_TOTAL_BYTES,
    timeoutMs = TIMEOUT_MS,
  } = options;
  /** Oldest first. */
  const incomplete = new Set<IncompleteBody>();
  let totalBytes = 0;

  function makeRoom(): void {
    while (totalBytes > maxTotalBytes) {
      const victim = findFirst(incomplete, ({ memory }) => memory() > SMALL_BYTES) ?? findFirst(incomplete);
      if (!victim) return;
      victim.giveUp();
    }
  }

  function read(
    incoming: IncomingMessage,
    onBody: (body: Buffer) => void,
    onFault: (fault: BodyFault) => void,
  ): void {
    const pieces = createPieces();
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const body: IncompleteBody = { memory: pieces.memory, giveUp: () => fail('no-room') };
    // Most bodies arrive with their headers, and a timer costs more than reading them.
    setImmediate(() => {
      if (!isOver) timer = setTimeout(() => fail('too-slow'), timeoutMs);
    });
    incomplete.add(body);

    function end(): void {
      isOver = true;
      clearTimeout(timer);
      incomplete.delete(body);
      totalBytes -= pieces.memory();
    }

    function fail(fault: BodyFault): void {
      if (isOver) return;
      end();
      pieces.clear();
      onFault(fault);
    }

    incoming.on('data', (chunk: Buffer) => {
      if (isOver) return;
      totalBytes += pieces.add(chunk);
      if (pieces.length() > maxBytes || pieces.count() > MAX_PIECES) fail('too-long');
      else if (totalBytes > maxTotalBytes) makeRoom();
      // Otherwise Node.js goes on to read short pieces.
      if (pieces.count() > MAX_PIECES) incoming.socket.destroy();
    });
    incoming.on('end', () => {
      if (isOver) return;
      end();
      onBody(pieces.join());
    });
    incoming.on('error', () => fail('ended-early'));
  }

  return {
    read: (incoming, onBody, onFault) => {
      if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) onFault('too-long');
      else read(incoming, onBody, onFault);
    },
  };
}

interface IncompleteBody {
  memory(): number;
  giveUp(): void;
}

function findFirst<T>(all: Iterable<T>, isIt: (one: T) => boolean = () => true): T | undefined {
  for (const one of all) if (isIt(one)) return one;
  return undefined;
}

interface Pieces {
  /** Adds a piece. @returns by how many bytes the memory grew */
  add(piece: Buffer): number;
  /** The bytes that arrived. */
  length(): number;
  /** How many pieces arrived. */
  count(): number;
  /** The bytes of memory that they hold. */
  memory(): number;
  join(): Buffer;
  clear(): void;
}

/** Most bodies arrive in one piece, which is kept as it is; more are copied, because each would keep the bytes around it. */
function createPieces(): Pieces {
  let bytes: Buffer = EMPTY;
  let [length, count, memory] = [0, 0, 0];

  function append(piece: Buffer): void {
    if (count === 1) bytes = piece;
    else {
      const isFull = count === 2 || length + piece.length > bytes.length;
      if (isFull) bytes = grow(bytes, length, length + piece.length);
      piece.copy(bytes, length);
    }
    length += piece.length;
  }

  return {
    add: (piece) => {
      count += 1;
      append(piece);
      const before = memory;
      memory = bytes.buffer.byteLength;
      return memory - before;
    },
    length: () => length,
    count: () => count,
    memory: () => memory,
    join: () => bytes.subarray(0, length),
    clear: () => {
      [bytes, memory] = [EMPTY, 0];
    },
  };
}

const EMPTY = Buffer.alloc(0);
/** Above the size up to which Node.js gives out parts of a larger buffer. */
const MIN_BUFFER_BYTES = 8192;

function grow(bytes: Buffer, length: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(MIN_BUFFER_BYTES, 2 * needed));
  bytes.copy(larger, 0, 0, length);
  return larger;
}
