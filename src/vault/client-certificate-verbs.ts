import type { IdentityParts } from '../access/index.ts';
import {
  type Caller,
  type ClientCertificate,
  type ClientCertificatesApi,
  type PrincipalId,
  principalId,
} from '../api/index.ts';
import { parseCertificatesPem } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { onEverything } from './act.ts';
import type { Clock } from './deps.ts';
import type { Gate } from './gate.ts';
import { assertHoldsAllOf } from './holds-all.ts';

export interface ClientCertificateDeps {
  readonly gate: Gate;
  readonly identity: Pick<IdentityParts, 'access' | 'certificates'>;
  readonly clock: Clock;
}

/** The verbs on client certificates. */
export function clientCertificateVerbs(deps: ClientCertificateDeps, caller: Caller): ClientCertificatesApi {
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
): Promise<ClientCertificate> {
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
}: Awaited<ReturnType<IdentityParts['certificates']['bind']>>): ClientCertificate {
  const { principal, fingerprint, createdAt, expiresAt } = content;
  return { id, principal, fingerprint, createdAt, expiresAt };
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('TOKEN_INVALID', message);
}
