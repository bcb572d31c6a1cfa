import { createRequire } from 'node:module';

/** The largest piece of memory that was asked for at once since it was last taken, in bytes. */
export interface AllocationWatch {
  take(): number;
}

const ARRAYS = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Uint8Array',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigUint64Array',
  'BigInt64Array',
] as const;

/**
 * Sees every buffer and typed array that JavaScript makes from now on. What the system only promises is not resident,
 * so that looking at the size of the process would miss a reader which allocates what a header claims.
 */
export function watchAllocations(): AllocationWatch {
  let largest = 0;
  const note = (size: unknown, width: number): void => {
    const bytes = (typeof size === 'number' ? size : lengthOf(size)) * width;
    if (bytes > largest) largest = bytes;
  };
  for (const name of ARRAYS) {
    const original = globalThis[name] as unknown as NewableFunction & { BYTES_PER_ELEMENT?: number };
    const watched: unknown = new Proxy(original, {
      construct(target, given: unknown[], newTarget) {
        note(given[0], target.BYTES_PER_ELEMENT ?? 1);
        return Reflect.construct(target, given, newTarget === watched ? target : newTarget) as object;
      },
    });
    Object.assign(globalThis, { [name]: watched });
  }
  const buffers = createRequire(import.meta.url)('node:buffer') as { Buffer: typeof Buffer };
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const) {
    const original = buffers.Buffer[name].bind(buffers.Buffer) as (...given: unknown[]) => Buffer;
    Object.assign(buffers.Buffer, {
      [name]: (...given: unknown[]) => {
        note(given[0], 1);
        return original(...given);
      },
    });
  }
  return {
    take() {
      const taken = largest;
      largest = 0;
      return taken;
    },
  };
}

/** Views of memory that is there already cost nothing. */
function lengthOf(given: unknown): number {
  if (given instanceof ArrayBuffer || given === null || typeof given !== 'object') return 0;
  return 'length' in given && typeof given.length === 'number' ? given.length : 0;
}
