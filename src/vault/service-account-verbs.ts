import type { Access, Principal } from '../access/index.ts';
import { type Caller, principalId, type ServiceAccount, type ServiceAccountsApi } from '../api/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';

export interface ServiceAccountVerbsDeps {
  readonly gate: Gate;
  readonly access: Pick<Access, 'principals'>;
}

/** The verbs on service accounts. */
export function serviceAccountVerbs(
  { gate, access: { principals } }: ServiceAccountVerbsDeps,
  caller: Caller,
): ServiceAccountsApi {
  const named = (name: string) => `service account ${name}`;
  const setState = (name: string, state: 'active' | 'disabled') =>
    gate.pass(caller, onEverything('service-account:configure', named(name)), async () =>
      toServiceAccount(await principals.setState(principalId('service-account', name), state)),
    );
  return {
    list: () =>
      gate.pass(caller, onEverything('service-account:read', 'service accounts'), async () =>
        (await principals.list('service-account')).map(toServiceAccount),
      ),
    get: ({ name }) =>
      gate.pass(caller, onEverything('service-account:read', named(name)), async () =>
        toServiceAccount(await principals.get('service-account', name)),
      ),
    create: ({ name, description = '' }) =>
      gate.pass(caller, onEverything('service-account:create', named(name)), async () =>
        toServiceAccount(
          await principals.create({
            type: 'service-account',
            name,
            state: 'active',
            createdBy: caller.id,
            ...(description !== '' && { description }),
          }),
        ),
      ),
    disable: ({ name }) => setState(name, 'disabled'),
    enable: ({ name }) => setState(name, 'active'),
  };
}

function toServiceAccount(principal: Principal): ServiceAccount {
  const { id, name, description = '', state, createdAt, createdBy } = principal;
  return { id, name, description, state: state === 'active' ? 'active' : 'disabled', createdAt, createdBy };
}
