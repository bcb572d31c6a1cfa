import type { IdentityParts } from '../access/index.ts';
import { type Caller, type PrincipalId, principalId } from '../api/index.ts';
import { parseCertificatesPem } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { onEverything } from './act.ts';
import type { Clock } from './deps.ts';
import type { Gate } from './gate.ts';
import { assertHoldsAllOf } from './holds-all.ts';

/** A client certificate that stands for a service account. */
export interface BoundCertificate {
  readonly id: string;
  readonly principal: PrincipalId;
  /** SHA-256 over its DER, lower-case hex. */
  readonly fingerprint: string;
  readonly createdAt: string;
  /** When the certificate itself ends (ISO 8601 UTC). */
  readonly expiresAt: string;
}

/** Which client certificates stand for whom. */
export interface ClientCertificateVerbs {
  list(): Promise<readonly BoundCertificate[]>;
  /**
   * From then on whoever shows the certificate (PEM, one) over TLS is the service account. Throws `CERTIFICATE_MALFORMED`,
   * `TOKEN_INVALID` for one that is over or bound already, `GRANT_EXCEEDS`, `SERVICE_ACCOUNT_MISSING`.
   */
  bind(input: {
    readonly serviceAccount: string;
    readonly certificate: Uint8Array;
  }): Promise<BoundCertificate>;
  /** One that is gone is fine. */
  unbind(input: { readonly id: string }): Promise<void>;
}

export interface ClientCertificateDeps {
  readonly gate: Gate;
  readonly identity: Pick<IdentityParts, 'access' | 'certificates'>;
  readonly clock: Clock;
}

export function clientCertificateVerbs(deps: ClientCertificateDeps, caller: Caller): ClientCertificateVerbs {
  const { gate, identity } = deps;
  return {
    list: () =>
      gate.pass(caller, onEverything('service-account:read', 'client certificates'), async () =>
        (await identity.certificates.list()).map(shown),
      ),
    bind: ({ serviceAccount, certificate }) =>
      gate.pass(
        caller,
        onEverything('service-account:configure', `client certificate of ${serviceAccount}`),
        async (permit) => {
          const id = principalId('service-account', serviceAccount);
          await assertHoldsAllOf(identity.access, permit, id);
          return await bind(deps, { id, certificate, createdBy: caller.id });
        },
      ),
    unbind: ({ id }) =>
      gate.pass(caller, onEverything('service-account:configure', `client certificate ${id}`), () =>
        identity.certificates.remove(id),
      ),
  };
}

interface Binding {
  readonly id: PrincipalId;
  readonly certificate: Uint8Array;
  readonly createdBy: string;
}

async function bind(
  { identity, clock }: ClientCertificateDeps,
  { id, certificate, createdBy }: Binding,
): Promise<BoundCertificate> {
  const [parsed, ...more] = parseCertificatesPem(certificate);
  if (parsed === undefined || more.length > 0) throw invalid('bind one certificate at a time');
  if (parsed.notAfter <= clock.now().getTime()) throw invalid('the certificate is over');
  const principal = await identity.access.principals.get('service-account', id.slice(id.indexOf(':') + 1));
  try {
    return shown(
      await identity.certificates.bind({
        principal: id,
        fingerprint: parsed.fingerprint,
        securityVersion: principal.securityVersion,
        createdBy,
        expiresAt: new Date(parsed.notAfter).toISOString(),
      }),
    );
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_CONFLICT'))
      throw invalid('the certificate stands for somebody already');
    throw error;
  }
}

function shown({
  id,
  content,
}: Awaited<ReturnType<IdentityParts['certificates']['bind']>>): BoundCertificate {
  const { principal, fingerprint, createdAt, expiresAt } = content;
  return { id, principal, fingerprint, createdAt, expiresAt };
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('TOKEN_INVALID', message);
}
