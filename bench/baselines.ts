// One raw limit of this machine, in a process of its own, on one core and in memory:
// `node bench/baselines.ts gcm-seal|gcm-open|sha256 BYTES`.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { reportMeasured } from './measure.ts';

/** As large as a segment of the container, so that both pay the same number of calls. */
const CHUNK_BYTES = 262_144;

const [, , work = '', size = '0'] = process.argv;
const chunkCount = Math.ceil(Number(size) / CHUNK_BYTES);
const chunk = randomBytes(CHUNK_BYTES);
const key = randomBytes(32);
const iv = randomBytes(12);

const start = performance.now();
workOf(work)();
reportMeasured({ ms: performance.now() - start });

function workOf(name: string): () => void {
  if (name === 'sha256') return hash;
  if (name === 'gcm-seal') return seal;
  if (name === 'gcm-open') return open;
  throw new Error(`no such baseline: ${name}`);
}

function hash(): void {
  const hasher = createHash('sha256');
  for (let done = 0; done < chunkCount; done++) hasher.update(chunk);
  hasher.digest();
}

function seal(): void {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  for (let done = 0; done < chunkCount; done++) cipher.update(chunk);
  cipher.final();
}

/** Decrypts without asking for the tag: what is measured is the cipher. */
function open(): void {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  for (let done = 0; done < chunkCount; done++) decipher.update(chunk);
}
