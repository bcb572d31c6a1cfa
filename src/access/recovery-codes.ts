import { SecretBytes, toBase64Url, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { randomBytes } from '../crypto/index.ts';
import { authFailed } from './auth-failed.ts';
import type { DocumentSeal } from './document-collection.ts';
import type { CredentialBook } from './user-credentials.ts';

const CODES = 10;
/** 80 bits each: sixteen letters of base32 (RFC 4648 §6). */
const CODE_BYTES = 10;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CODE = /^[A-Z2-7]{16}$/;
const MAX_TYPED_BYTES = 64;
const MAC_LABEL = 'recovery code';

export interface RecoveryCodesDeps {
  readonly book: CredentialBook;
  readonly seal: DocumentSeal;
}

/** Ten codes for the day the phone is gone, each good once. Kept as MACs under a key that is not in the database. */
export class RecoveryCodes {
  readonly #deps: RecoveryCodesDeps;

  constructor(deps: RecoveryCodesDeps) {
    this.#deps = deps;
  }

  /** Fresh codes to be shown once (`ABCD-EFGH-IJKL-MNOP`), and what to keep of them. */
  make(user: string): { readonly shown: readonly SecretBytes[]; readonly kept: readonly string[] } {
    const codes = Array.from({ length: CODES }, freshCode);
    return {
      shown: codes.map((code) => SecretBytes.take(utf8Bytes(code.match(/.{4}/g)?.join('-') ?? code))),
      kept: codes.map((code) => this.#macOf(user, code)),
    };
  }

  /** Takes a code, once; blanks, dashes and the case of letters do not matter. Throws `AUTH_FAILED`. */
  async take(user: string, typed: SecretBytes): Promise<void> {
    const text = typed.length <= MAX_TYPED_BYTES ? (utf8Text(typed.expose()) ?? '') : '';
    const code = text.replaceAll(/[\s-]/g, '').toUpperCase();
    if (!CODE.test(code)) throw authFailed();
    const mac = this.#macOf(user, code);
    await this.#deps.book.update(user, (all) => {
      if (!all.recoveryCodes.includes(mac)) throw authFailed();
      return { ...all, recoveryCodes: all.recoveryCodes.filter((kept) => kept !== mac) };
    });
  }

  #macOf(user: string, code: string): string {
    return toBase64Url(this.#deps.seal.mac(MAC_LABEL, utf8Bytes(`${user} ${code}`)));
  }
}

function freshCode(): string {
  let bits = randomBytes(CODE_BYTES).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let code = '';
  for (let at = 0; at < (CODE_BYTES * 8) / 5; at++, bits >>= 5n) code += ALPHABET.charAt(Number(bits & 31n));
  return code;
}
