import type { SecurityEvent } from '../access/index.ts';
import type { Caller, IdentityApi, LogInAnswer, Origin } from '../api/index.ts';
import { isStrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Recorder, SelfAct } from './gate.ts';

/** Whoever did not prove who they are. */
const UNKNOWN = 'nobody';

/**
 * Identity with a record of every log-in, good or bad: nothing is handed out before the record is durable. Attempts that
 * were refused unseen (`AUTH_THROTTLED`, `AUTH_BUSY`) are not recorded: a flood of them must not fill the disk.
 */
export function recordedIdentity(recorder: Recorder, identity: IdentityApi): IdentityApi {
  const recorded =
    <Input, Answer extends LogInAnswer>(
      resource: string,
      act: (input: Input, origin: Origin) => Promise<Answer>,
    ) =>
    async (input: Input, origin: Origin): Promise<Answer> => {
      try {
        const answer = await act(input, origin);
        if (answer.kind === 'logged-in') {
          const entry = await recorder.begin(callerOf(answer.principal, origin), {
            action: 'account:log-in',
            resource,
          });
          await entry.end('done');
        }
        return answer;
      } catch (error) {
        await recordRefusal(recorder, { error, resource, origin });
        throw error;
      }
    };
  return {
    ...identity,
    bootstrap: recorded(
      'with the bootstrap token',
      (input: Parameters<IdentityApi['bootstrap']>[0], origin) => identity.bootstrap(input, origin),
    ),
    acceptInvitation: recorded(
      'with an invitation',
      (input: Parameters<IdentityApi['acceptInvitation']>[0], origin) =>
        identity.acceptInvitation(input, origin),
    ),
    logIn: recorded('with a password', (input: Parameters<IdentityApi['logIn']>[0], origin) =>
      identity.logIn(input, origin),
    ),
    giveFactor: recorded('with a second factor', (input: Parameters<IdentityApi['giveFactor']>[0], origin) =>
      identity.giveFactor(input, origin),
    ),
    finishPasskey: recorded('with a passkey', (input: Parameters<IdentityApi['finishPasskey']>[0], origin) =>
      identity.finishPasskey(input, origin),
    ),
    exchangeWorkloadToken: recorded(
      'with a workload token',
      (input: Parameters<IdentityApi['exchangeWorkloadToken']>[0], origin) =>
        identity.exchangeWorkloadToken(input, origin),
    ),
    finishOidc: recorded('with another provider', (input: Parameters<IdentityApi['finishOidc']>[0], origin) =>
      identity.finishOidc(input, origin),
    ),
  };
}

/** Records what nobody was refused for alone, and yet needs somebody's attention. */
export async function recordSecurityEvent(
  recorder: Recorder,
  { kind, principal }: SecurityEvent,
): Promise<void> {
  const act: SelfAct =
    kind === 'refresh-token-reused'
      ? { action: 'credential:end', resource: 'session whose refresh token was used twice' }
      : { action: 'account:log-in', resource: 'passkey whose counter went back' };
  const entry = await recorder.begin({ type: 'user', id: principal }, act);
  await entry.end('done');
}

async function recordRefusal(
  recorder: Recorder,
  {
    error,
    resource,
    origin,
  }: { readonly error: unknown; readonly resource: string; readonly origin: Origin },
): Promise<void> {
  if (isStrongroomError(error, 'AUTH_THROTTLED') || isStrongroomError(error, 'AUTH_BUSY')) return;
  const entry = await recorder.begin(callerOf(UNKNOWN, origin), { action: 'account:log-in', resource });
  await entry.end('refused', toStrongroomError(error).code);
}

function callerOf(id: string, { requestId, address }: Origin): Caller {
  return { type: id.startsWith('workload:') ? 'workload' : 'user', id, requestId, address };
}
