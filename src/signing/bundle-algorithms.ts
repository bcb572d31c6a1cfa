import type { SignatureAlgorithm } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Algorithms of bundles: those of model_signing, and the one of the post-quantum twin. */
const BUNDLE_ALGORITHMS: readonly SignatureAlgorithm[] = [
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'ml-dsa-65',
];
/** Algorithms of certificates' keys: those of model_signing. */
const CERTIFIED_ALGORITHMS: readonly SignatureAlgorithm[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'];
/** Algorithms of detached signatures. None has two carriers, so that no signature can be taken for another kind. */
const DETACHED_ALGORITHMS: readonly SignatureAlgorithm[] = ['rsa-pss-sha256', 'ed25519'];

/** How keys of an algorithm sign a model: in a bundle, or detached over its canonical manifest. */
export function carrierOf(algorithm: SignatureAlgorithm): 'bundle' | 'detached' {
  return BUNDLE_ALGORITHMS.includes(algorithm) ? 'bundle' : 'detached';
}

/** Throws `SIGNING_KEY_INVALID` unless keys of this algorithm make bundles. */
export function assertBundleAlgorithm(algorithm: SignatureAlgorithm): void {
  assertOneOf(BUNDLE_ALGORITHMS, algorithm, 'a bundle');
}

/** Throws `SIGNING_KEY_INVALID` unless certificates of such keys make bundles. */
export function assertCertifiedAlgorithm(algorithm: SignatureAlgorithm): void {
  assertOneOf(CERTIFIED_ALGORITHMS, algorithm, 'a bundle with certificates');
}

/** Throws `SIGNING_KEY_INVALID` unless keys of this algorithm make detached signatures. */
export function assertDetachedAlgorithm(algorithm: SignatureAlgorithm): void {
  assertOneOf(DETACHED_ALGORITHMS, algorithm, 'a detached signature');
}

function assertOneOf(
  allowed: readonly SignatureAlgorithm[],
  algorithm: SignatureAlgorithm,
  what: string,
): void {
  if (allowed.includes(algorithm)) return;
  throw new StrongroomError(
    'SIGNING_KEY_INVALID',
    `${what} is made with ${allowed.join(', ')}, not with ${algorithm}`,
  );
}
