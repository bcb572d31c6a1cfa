import { callApi } from './call-api.ts';
import type { StartedStrongroom } from './start-servers.ts';

/** The token of a new service account that holds a role somewhere: it lives longer than a log-in, and by itself. */
export async function tokenOf(
  server: StartedStrongroom,
  { name, role, on }: { readonly name: string; readonly role: string; readonly on: string },
): Promise<string> {
  const post = (path: string, json: object) =>
    callApi(server, { method: 'POST', path: `/api/v1/${path}`, token: server.token, json });
  const { id: principal } = (await post('service-accounts', { name })) as { readonly id: string };
  await post('grants', { principal, role, on });
  const { secret } = (await post('tokens', { name: 'bench', owner: principal })) as {
    readonly secret: string;
  };
  return secret;
}
