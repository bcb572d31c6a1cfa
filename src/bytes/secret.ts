const SHOWN = '[secret]';
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Key material. It never prints, never serialises, and can be wiped. Its memory is its own: it does not share
 * Node's buffer pool, so wiping leaves no copy there.
 */
export class SecretBytes {
  #bytes: Buffer | undefined;
  #text: string | undefined;

  private constructor(bytes: Buffer | undefined, text?: string) {
    this.#bytes = bytes;
    this.#text = text;
  }

  /**
   * The UTF-8 bytes of a text that came as one, as a header does; the text itself, which others hold too, cannot be
   * wiped. They are made where somebody asks for them: most credentials of requests are only looked up by their digest.
   */
  static ofText(text: string): SecretBytes {
    return new SecretBytes(undefined, text);
  }

  /** Copies the bytes; the caller keeps (and may wipe) the original. */
  static copyOf(bytes: Uint8Array): SecretBytes {
    const own = Buffer.allocUnsafeSlow(bytes.length);
    own.set(bytes);
    return new SecretBytes(own);
  }

  /** Copies the bytes and zeroes the original. */
  static take(bytes: Uint8Array): SecretBytes {
    const secret = SecretBytes.copyOf(bytes);
    bytes.fill(0);
    return secret;
  }

  /** Length in bytes. */
  get length(): number {
    return this.expose().length;
  }

  /** The bytes themselves, for the cryptographic call that needs them; not to be kept. */
  expose(): Uint8Array {
    if (this.#bytes === undefined) {
      this.#bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(this.#text ?? ''));
      this.#bytes.write(this.#text ?? '');
      this.#text = undefined;
    }
    return this.#bytes;
  }

  /** The bytes, or the text that they are, for a hash that takes either; not to be kept. */
  exposeToHash(): Uint8Array | string {
    return this.#text ?? this.expose();
  }

  /** Overwrites the secret with zeros. Using it afterwards uses zeros, so let it go out of scope as well. */
  wipe(): void {
    this.expose().fill(0);
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [INSPECT](): string {
    return SHOWN;
  }
}

/** What a person typed as a secret: a passphrase or an access code. NFC-normalised UTF-8; never prints. */
export class Passphrase {
  readonly #secret: SecretBytes;

  private constructor(secret: SecretBytes) {
    this.#secret = secret;
  }

  /** From text as typed. The text is normalised to NFC so that the same keys work on every keyboard. */
  static fromText(text: string): Passphrase {
    return new Passphrase(SecretBytes.take(new TextEncoder().encode(text.normalize('NFC'))));
  }

  /** Length in bytes of the normalised text. */
  get length(): number {
    return this.#secret.length;
  }

  /** The UTF-8 bytes, for a key derivation; not to be kept. */
  expose(): Uint8Array {
    return this.#secret.expose();
  }

  wipe(): void {
    this.#secret.wipe();
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [INSPECT](): string {
    return SHOWN;
  }
}
