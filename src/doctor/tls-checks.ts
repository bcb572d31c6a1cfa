import { fail, type Line, listed, pass, warn } from './line.ts';

/** A certificate as it is configured or shown. */
export interface CertificateFacts {
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and addresses in it. */
  readonly names: readonly string[];
  /** `prime256v1`, `rsa` with its bits. */
  readonly key: { readonly kind: string; readonly bits?: number };
  /** The name that clients use, where it is known, and whether the certificate is for it. */
  readonly host?: { readonly name: string; readonly isCovered: boolean };
  /** Whether the chain leads to an authority that this machine, or the one who asked, trusts. */
  readonly isTrusted?: boolean;
  /** Absent for what a server shows. */
  readonly keyFile?: { readonly isExposed: boolean; readonly belongs: boolean };
}

/** What a running server agreed to. */
export interface HandshakeFacts {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** Protocols that it also speaks, oldest first. */
  readonly protocols: readonly string[];
  /** Groups of the key exchange that it takes, of those that were tried. */
  readonly groups: readonly string[];
}

const DAY_MS = 86_400_000;
const EXPIRING_DAYS = 21;
const MIN_RSA_BITS = 2048;
const HYBRID = 'X25519MLKEM768';
const WEAK_GROUPS: readonly string[] = ['secp192k1', 'sect163k1', 'secp224r1'];

/** Checks a certificate and where its key lies. */
export function checkCertificate(facts: CertificateFacts, now: Date): readonly Line[] {
  return [
    checkValidity(facts, now),
    checkNames(facts),
    checkKeyStrength(facts),
    ...(facts.isTrusted === undefined ? [] : [checkTrust(facts.isTrusted)]),
    ...(facts.keyFile === undefined ? [] : [checkKeyFile(facts.keyFile)]),
  ];
}

/** Checks what a running server agrees to. */
export function checkHandshake(facts: HandshakeFacts): readonly Line[] {
  return [checkProtocols(facts), checkGroups(facts)];
}

function checkValidity({ notBefore, notAfter }: CertificateFacts, now: Date): Line {
  const name = { area: 'tls', name: 'validity' } as const;
  const advice = 'strongroom tls generate, or a new certificate of your authority';
  const days = Math.floor((notAfter - now.getTime()) / DAY_MS);
  if (now.getTime() < notBefore)
    return fail(name, 'the certificate is not valid yet', 'check the clock of this machine');
  if (days < 0) return fail(name, `the certificate expired ${-days} days ago`, advice);
  const told = `valid for ${days} more days`;
  return days < EXPIRING_DAYS ? warn(name, told, advice) : pass(name, told);
}

function checkNames({ names, host }: CertificateFacts): Line {
  const name = { area: 'tls', name: 'names' } as const;
  const told = names.length === 0 ? 'no name' : listed(names);
  if (names.length === 0 || host?.isCovered === false) {
    const wanted = host === undefined ? '' : `, and not for ${host.name}`;
    return fail(name, `the certificate is for ${told}${wanted}`, 'strongroom tls generate --name NAME');
  }
  return pass(name, `for ${told}`);
}

function checkKeyStrength({ key }: CertificateFacts): Line {
  const name = { area: 'tls', name: 'certificate-key' } as const;
  const told = [key.kind, key.bits].filter((part) => part !== undefined).join(' ');
  const isWeak = key.kind === 'rsa' && (key.bits ?? 0) < MIN_RSA_BITS;
  return isWeak
    ? fail(name, `${told} bits are too few`, 'strongroom tls generate makes a P-256 key')
    : pass(name, told);
}

function checkTrust(isTrusted: boolean): Line {
  const name = { area: 'tls', name: 'trust' } as const;
  return isTrusted
    ? pass(name, 'an authority that this machine trusts signed it')
    : warn(
        name,
        'no authority that this machine trusts signed it',
        'give clients the authority (--ca-file) or its fingerprint; in production use a certificate of an authority',
      );
}

function checkKeyFile({ isExposed, belongs }: NonNullable<CertificateFacts['keyFile']>): Line {
  const name = { area: 'tls', name: 'key-file' } as const;
  if (!belongs)
    return fail(name, 'the key is not the one of the certificate', 'name the two files of one pair');
  return isExposed
    ? fail(name, 'others than its owner can read the key', 'chmod 600, and make a new one')
    : pass(name, 'only its owner can read it');
}

function checkProtocols({ protocol, cipher, protocols }: HandshakeFacts): Line {
  const name = { area: 'tls', name: 'protocols' } as const;
  const old = protocols.filter((each) => each === 'TLSv1' || each === 'TLSv1.1');
  if (old.length > 0)
    return fail(name, `it still speaks ${listed(old)}`, 'set server.tls_min_version to 1.3 or 1.2');
  return pass(name, `${listed(protocols)}; agreed on ${protocol} with ${cipher}`);
}

function checkGroups({ groups }: HandshakeFacts): Line {
  const name = { area: 'tls', name: 'key-exchange' } as const;
  const weak = groups.filter((group) => WEAK_GROUPS.includes(group));
  if (weak.length > 0) return fail(name, `it takes ${listed(weak)}`, 'leave the groups at their default');
  return groups.includes(HYBRID)
    ? pass(name, groups.join(', '))
    : warn(
        name,
        `${groups.join(', ')}: what is recorded today can be read by a quantum computer later`,
        `a proxy in front that knows ${HYBRID}, or none`,
      );
}
