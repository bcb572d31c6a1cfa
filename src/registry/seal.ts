/**
 * Makes and checks the MACs of catalogue rows; the keyring is one. `label` separates the kinds of rows, so that the
 * MAC of one is never that of another.
 */
export interface Seal {
  mac(label: string, bytes: Uint8Array): Uint8Array;
  /** In constant time. */
  verifyMac(label: string, bytes: Uint8Array, mac: Uint8Array): boolean;
}
