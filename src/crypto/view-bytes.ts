/** A Buffer as a plain Uint8Array over the same memory, so that no caller comes to rely on Buffer's own methods. */
export function viewBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
