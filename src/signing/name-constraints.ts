import { type Extensions, equalBytes, type GeneralName } from '../crypto/index.ts';

type Constraints = NonNullable<Extensions['nameConstraints']>;

/** The names of a certificate that constraints speak about. */
export interface ConstrainedNames {
  /** The distinguished name of the subject, part by part. */
  readonly subjectParts: readonly Uint8Array[];
  readonly alternativeNames: readonly GeneralName[];
}

/**
 * Whether a certificate's names keep the constraints of an authority above it (RFC 5280 §4.2.1.10); in words why not.
 * Constraints on kinds of names that we do not compare are refused, kept or not.
 */
export function checkNameConstraints(names: ConstrainedNames, constraints: Constraints): true | string {
  const all = [...constraints.permitted, ...constraints.excluded];
  if (all.some(({ kind }) => kind === 'other'))
    return 'is under name constraints of a kind that is not supported';
  const subject: GeneralName = { kind: 'directory', parts: names.subjectParts };
  for (const name of [subject, ...names.alternativeNames]) {
    const permitted = constraints.permitted.filter(({ kind }) => kind === name.kind);
    const isPermitted = permitted.length === 0 || permitted.some((constraint) => isWithin(name, constraint));
    const isExcluded = constraints.excluded.some((constraint) => isWithin(name, constraint));
    if (!isPermitted || isExcluded) return 'has a name that its authority may not certify';
  }
  return true;
}

function isWithin(name: GeneralName, constraint: GeneralName): boolean {
  if (name.kind === 'directory' && constraint.kind === 'directory') {
    return constraint.parts.every((part, at) => equalBytes(part, name.parts[at] ?? new Uint8Array()));
  }
  if (name.kind === 'directory' || constraint.kind === 'directory') return false;
  if (name.kind === 'other' || constraint.kind === 'other' || name.kind !== constraint.kind) return false;
  const wanted = constraint.value.toLowerCase();
  if (name.kind === 'dns')
    return wanted === '' || isHostUnder(name.value.toLowerCase(), wanted.replace(/^\./, ''));
  if (name.kind === 'email') return isMailbox(name.value, constraint.value);
  return isHost(hostOf(name.value), wanted);
}

/** A mailbox, all mailboxes of a host, or (with a leading dot) of the hosts of a domain. */
function isMailbox(address: string, constraint: string): boolean {
  const at = address.lastIndexOf('@');
  const host = address.slice(at + 1).toLowerCase();
  const constraintAt = constraint.lastIndexOf('@');
  if (constraintAt < 0) return isHost(host, constraint.toLowerCase());
  const isSameBox = address.slice(0, at) === constraint.slice(0, constraintAt);
  return at > 0 && isSameBox && host === constraint.slice(constraintAt + 1).toLowerCase();
}

/** A host itself, or with a leading dot the hosts below it. */
function isHost(host: string, wanted: string): boolean {
  return wanted.startsWith('.') ? host.endsWith(wanted) && host.length > wanted.length : host === wanted;
}

function isHostUnder(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** The host of a URI; a text that no host can be (and no constraint permits) where it has none. */
function hostOf(uri: string): string {
  return URL.parse(uri)?.hostname.toLowerCase() ?? '';
}
