// The frames of muxado, which multiplexes streams over one connection: an 8-byte header and a body.

/** The types of frames. */
export const FrameKind = { reset: 0, data: 1, credit: 2, goAway: 3 } as const;

/** The flags of a data frame: the last and the first frame of its stream. */
export const FrameFlag = { fin: 1, syn: 2 } as const;

/** One frame. */
export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly stream: number;
  readonly body: Buffer;
}

const HEADER_BYTES = 8;

/** Encodes a frame: 24 bits of length, 4 of type, 4 of flags, 32 of stream id, then the body. */
export function formatFrame({ kind, flags, stream, body }: Frame): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(body.length, 0, 3);
  header.writeUInt8((kind << 4) | flags, 3);
  header.writeUInt32BE(stream, 4);
  return Buffer.concat([header, body]);
}

/** Decodes frames from bytes that arrive in chunks of any size. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES && rest.length >= HEADER_BYTES + rest.readUIntBE(0, 3)) {
      const end = HEADER_BYTES + rest.readUIntBE(0, 3);
      const kindAndFlags = rest.readUInt8(3);
      const body = rest.subarray(HEADER_BYTES, end);
      onFrame({ kind: kindAndFlags >> 4, flags: kindAndFlags & 15, stream: rest.readUInt32BE(4), body });
      rest = rest.subarray(end);
    }
  };
}

/** Encodes the body of a frame with one number. */
export function formatNumber(value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(value);
  return body;
}
