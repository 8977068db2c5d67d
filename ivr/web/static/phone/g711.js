// µ-law by ITU-T G.711 (table 2a/2b), in the 16-bit form: bias 132, magnitudes clipped at 32,635.
// Imported by the audio worklets too, so nothing of `window` may be used here.

export const LINE_RATE_HZ = 8000;
export const FRAME_BYTES = 160; // 20 ms, as Twilio sends and expects them

const BIAS = 0x84;
const CLIP = 32635;

/** One 16-bit sample (-32768 … 32767) → one µ-law code (0 … 255). */
export function encodeSample(pcm16) {
  const sign = pcm16 < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(pcm16), CLIP) + BIAS;
  const segment = 24 - Math.clz32(magnitude); // the highest set bit is bit 7 … 14
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~(sign | (segment << 4) | step) & 0xff;
}

/** One µ-law code (0 … 255) → one 16-bit sample. */
export function decodeCode(code) {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** µ-law code → sample in [-1, 1]. */
export const DECODED = Float32Array.from({ length: 256 }, (_, code) => decodeCode(code) / 32768);

/** The code of silence. */
export const SILENCE = encodeSample(0);

/** One sample in [-1, 1] → µ-law code; beyond it clips, and what is no number is silence. */
export function encodeFloat(sample) {
  return encodeSample(Math.max(-32768, Math.min(32767, Math.round(sample * 32768) || 0)));
}
