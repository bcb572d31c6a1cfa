const CHUNK_BYTES = 65_536;
const RUN_LENGTH = 4;

/** Expands the first run-length layer: four equal bytes are followed by how many more there are. */
export function* expandRuns(block: Uint8Array): Generator<Uint8Array> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  let to = 0;
  let last = -1;
  let equal = 0;
  for (const byte of block) {
    let times = 1;
    let value = byte;
    if (equal === RUN_LENGTH) {
      [times, value, equal] = [byte, last, 0];
    } else {
      equal = byte === last ? equal + 1 : 1;
      last = byte;
    }
    // A run is at most 255 bytes.
    if (to + times > CHUNK_BYTES) {
      yield chunk.subarray(0, to);
      chunk = new Uint8Array(CHUNK_BYTES);
      to = 0;
    }
    chunk.fill(value, to, to + times);
    to += times;
    if (equal === 0) last = -1;
  }
  if (to > 0) yield chunk.subarray(0, to);
}

const CRC_TABLE = buildCrcTable();

function buildCrcTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    return crc;
  });
}

/** The CRC of bzip2 (polynomial 04C11DB7, highest bit first), continued; begins with all ones, ends inverted. */
export function blockCrc(bytes: Uint8Array, before: number): number {
  let crc = before | 0;
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return crc;
}
