// Makes the sound of a recording: silence, as long as it says.

const RATE = 8000;
const HEADER = 44;

/** A WAV file of `seconds` of silence: one channel, 8 bits, 8 kHz. */
export function createSilence(seconds: number): Buffer<ArrayBuffer> {
  const size = Math.max(seconds, 0) * RATE;
  const file = Buffer.alloc(HEADER + size, 0x80);
  file.write('RIFF', 0);
  file.writeUInt32LE(HEADER - 8 + size, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36);
  file.writeUInt32LE(size, 40);
  return file;
}
