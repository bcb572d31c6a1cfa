/** What `freezeWhole` has frozen, and every object within. */
const frozen = new WeakSet<object>();

/**
 * Freezes plain data (texts, numbers, arrays, records) from the inside out, so that it can be given to many and what
 * was made of it once is good for as long as it is there. `false`, with the outside left as it was, for anything else
 * (bytes, dates, secrets) and for more than `maxParts` objects.
 */
export function freezeWhole(value: unknown, maxParts: number): boolean {
  return freeze(value, { parts: maxParts });
}

/** Whether an object, with everything in it, was frozen by `freezeWhole`. */
export function isFrozenWhole(value: object): boolean {
  return frozen.has(value);
}

function freeze(value: unknown, left: { parts: number }): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (frozen.has(value)) return true;
  if (--left.parts < 0 || !isPlain(value)) return false;
  for (const part of Object.values(value)) if (!freeze(part, left)) return false;
  frozen.add(Object.freeze(value));
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
