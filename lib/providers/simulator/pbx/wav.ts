/**
 * Audio of simulated recordings: RIFF WAVE, PCM 16 bit, mono, 8000 Hz, as PBXs write them. Two tones take turns like two people, so that
 * a listener hears at once that it plays.
 */

const RATE = 8_000;
const HEADER_BYTES = 44;
const TURN_SECONDS = 1.5;
const FADE_SAMPLES = 400;
const LOUDNESS = 6_000;

/** `first` and `second` in Hz. */
export function conversation(seconds: number, first: number, second: number): Buffer {
  const samples = Math.round(seconds * RATE);
  const file = Buffer.alloc(HEADER_BYTES + samples * 2);
  header(file, samples * 2);
  const turn = TURN_SECONDS * RATE;
  for (let index = 0; index < samples; index++) {
    const hertz = Math.floor(index / turn) % 2 === 0 ? first : second;
    const inTurn = index % turn;
    const left = Math.min(turn - inTurn, samples - index);
    const fade = Math.min(1, inTurn / FADE_SAMPLES, left / FADE_SAMPLES);
    const value = Math.sin((2 * Math.PI * hertz * inTurn) / RATE) * LOUDNESS * fade;
    file.writeInt16LE(Math.round(value), HEADER_BYTES + index * 2);
  }
  return file;
}

/** "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft 1991), chapter 3. */
function header(file: Buffer, dataBytes: number): void {
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
}
