// The audio of recordings: silence of the right length and channels, as WAV and as MP3.

const RATE = 8000;
const BYTES_PER_SAMPLE = 2;
const HEADER = 44;

/** Returns a WAV file of silence: PCM, 16 bits, 8 kHz, as Twilio's. */
export function createSilentWav(seconds: number, channels: 1 | 2): Buffer<ArrayBuffer> {
  const frame = channels * BYTES_PER_SAMPLE;
  const size = Math.max(seconds, 0) * RATE * frame;
  const file = Buffer.alloc(HEADER + size);
  file.write('RIFF', 0);
  file.writeUInt32LE(HEADER - 8 + size, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * frame, 28);
  file.writeUInt16LE(frame, 32);
  file.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  file.write('data', 36);
  file.writeUInt32LE(size, 40);
  return file;
}

/** A frame of MPEG-2 Layer III at 16 kHz has 576 samples; at 8 kbit/s it has 36 bytes. */
const [MP3_RATE, MP3_SAMPLES, MP3_FRAME] = [16_000, 576, 36];
/** Sync, MPEG-2, Layer III, no checksum; 8 kbit/s, 16 kHz. The third byte is the mode: mono, or two channels. */
const MP3_HEADER = [0xff, 0xf3, 0x18];
const MP3_MODES = { 1: 0xc0, 2: 0x80 } as const;

/**
 * Returns an MP3 file of silence. A frame with nothing after its header has no frequencies, which is silence; see
 * ISO/IEC 13818-3.
 */
export function createSilentMp3(seconds: number, channels: 1 | 2): Buffer<ArrayBuffer> {
  const frames = Math.max(1, Math.ceil((seconds * MP3_RATE) / MP3_SAMPLES));
  const file = Buffer.alloc(frames * MP3_FRAME);
  for (let at = 0; at < file.length; at += MP3_FRAME) file.set([...MP3_HEADER, MP3_MODES[channels]], at);
  return file;
}
