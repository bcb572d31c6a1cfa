/**
 * Frees the memory of a chunk now, where it has its own, as the chunks of a body do; nobody may look at it again. Left
 * to the collector, every 64 MiB of a body would cost a pass over the whole heap.
 */
export function freeMemory({ buffer, byteLength }: Uint8Array): void {
  const isWhole = buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === byteLength;
  if (isWhole) buffer.transfer(0);
}
