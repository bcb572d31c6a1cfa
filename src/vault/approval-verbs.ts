import { type Access } from '../access/index.ts';
import {
  type Approval,
  type ApprovalsApi,
  type Caller,
  type Permission,
  parseModelName,
  parseNamespaceName,
  parsePrincipalId,
  parseVersionRef,
  quoteForMessage,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry } from '../registry/index.ts';
import { onEverything, onKey, onModel, onNamespace, type PlacedAct } from './act.ts';
import { denial, type Gate, type Permit } from './gate.ts';
import { isPerson, type SecondPersonDeps } from './second-person.ts';

export interface ApprovalVerbsDeps extends SecondPersonDeps {
  readonly gate: Gate;
  readonly access: SecondPersonDeps['access'] & Pick<Access, 'approvals'>;
  readonly registry: Pick<Registry, 'getAnyVersion' | 'getModel' | 'getNamespace'>;
  readonly keyring: Pick<Keyring, 'get'>;
}

/** The verbs on what takes two people. */
export function approvalVerbs(deps: ApprovalVerbsDeps, caller: Caller): ApprovalsApi {
  const { gate, access } = deps;
  return {
    list: () =>
      gate.pass(caller, { action: 'account:read', resource: 'approvals' }, ({ rights }) =>
        access.approvals.list(rights.holds('approval:read', 'everything') ? undefined : caller.id),
      ),
    request: (input) =>
      gate.pass(caller, { action: 'approval:ask', resource: input.resource }, (permit) =>
        request(deps, permit, input),
      ),
    decide: (input) =>
      gate.pass(caller, onEverything('approval:decide', `approval ${quoteForMessage(input.id)}`), (permit) =>
        decide(deps, permit, input),
      ),
  };
}

type Request = Parameters<ApprovalsApi['request']>[0];

async function request(deps: ApprovalVerbsDeps, permit: Permit, input: Request): Promise<Approval> {
  const { caller, rights } = permit;
  const { action, resource, reason } = input;
  if (caller.type === 'local') {
    throw new StrongroomError('APPROVAL_INVALID', 'the owner of a home needs nobody’s approval');
  }
  if (!isPerson(caller)) {
    throw new StrongroomError('APPROVAL_INVALID', 'only a person who logged in can ask another one');
  }
  const act = parseJointAct(action, resource);
  if (!rights.holds(action, act.on)) {
    throw rights.sees(act.on) ? denial(caller, action, resource) : act.ifHidden();
  }
  await act.assertThere(deps);
  const requestedBy = parsePrincipalId(caller.id);
  return await deps.access.approvals.request({ action, resource: act.resource, reason, requestedBy });
}

async function decide(
  { access }: ApprovalVerbsDeps,
  { caller, rights }: Permit,
  input: Parameters<ApprovalsApi['decide']>[0],
): Promise<Approval> {
  if (!isPerson(caller)) {
    throw new StrongroomError('ACCESS_DENIED', `${caller.id} may not decide for a second person`, {
      hint: 'log in: neither programs nor tokens decide',
    });
  }
  const { action, resource } = await access.approvals.get(input.id);
  if (!rights.holds(action, parseJointAct(action, resource).on)) throw denial(caller, action, resource);
  return await access.approvals.decide({ ...input, decidedBy: caller.id });
}

/** An act that takes two people, as it is asked for. */
interface AskedAct extends PlacedAct {
  /** Throws unless it is there. */
  readonly assertThere: (deps: ApprovalVerbsDeps) => Promise<unknown>;
}

/** The acts that take two people, each with how what it is about is written. Throws `APPROVAL_INVALID`, `NAME_INVALID`. */
const JOINT_ACTS: Readonly<Partial<Record<Permission, (resource: string) => AskedAct>>> = {
  'key:destroy': (resource) => {
    const [, name, version] = /^key (\S+)@([1-9]\d{0,8})$/.exec(resource) ?? [];
    if (name === undefined) throw malformed('key:destroy', resource, 'key acme@2');
    return {
      ...onKey('key:destroy', name, Number(version)),
      assertThere: ({ keyring }) => Promise.resolve(keyring.get(name)),
    };
  },
  'version:download': (resource) => {
    const ref = parseVersionRef(resource);
    if (ref.version === undefined) throw malformed('version:download', resource, 'acme/churn@3');
    return {
      ...onModel('version:download', ref),
      assertThere: ({ registry }) => registry.getAnyVersion(ref),
    };
  },
  'model:configure': (resource) => {
    const model = parseModelName(resource);
    return {
      ...onModel('model:configure', { model }),
      assertThere: ({ registry }) => registry.getModel(model),
    };
  },
  'lockdown:lift': (resource) => {
    if (resource !== 'lockdown') throw malformed('lockdown:lift', resource, 'lockdown');
    return { ...onEverything('lockdown:lift', 'lockdown'), assertThere: () => Promise.resolve() };
  },
  'trust:configure': (resource) => ({
    ...onNamespace('trust:configure', parseNamespaceName(resource)),
    assertThere: () => Promise.resolve(),
  }),
};

function parseJointAct(action: Permission, resource: string): AskedAct {
  const parse = JOINT_ACTS[action];
  if (parse === undefined) throw new StrongroomError('APPROVAL_INVALID', `${action} takes one person only`);
  return parse(resource);
}

function malformed(action: Permission, resource: string, example: string): StrongroomError {
  return new StrongroomError(
    'APPROVAL_INVALID',
    `${action} is asked for as ${example}, not ${quoteForMessage(resource)}`,
  );
}
