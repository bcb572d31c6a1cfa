// Scans the file that is named and prints the time, the peak of memory and what was read, as JSON.
import { open } from 'node:fs/promises';
import type { ByteSource } from '../../src/bytes/index.ts';
import { scanSource } from '../../src/scan/index.ts';

const path = process.argv[2] ?? '';
const file = await open(path);
const { size } = await file.stat();
const source: ByteSource = {
  size,
  async read(offset, length) {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  },
};
const started = performance.now();
const report = await scanSource(source, { name: path });
const ms = performance.now() - started;
await file.close();
const { maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({
    ms: Math.round(ms),
    peakMiB: Math.round(maxRSS / 1024),
    bytesRead: report.bytesRead,
    verdict: report.verdict,
    status: report.status,
  }),
);
