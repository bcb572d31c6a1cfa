import { Agent, request } from 'node:https';

/** An attempt to log in. */
export interface Attempt {
  readonly name: string;
  readonly password?: string;
  /** The token of a device that logged in before. */
  readonly device?: string;
  /** The address that it comes from. */
  readonly from?: string;
  /** Kept connections; by default each attempt has its own. */
  readonly agent?: Agent;
}

/** What came back. */
export interface LogInAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** One log-in over HTTPS, by default with a wrong password. */
export function logIn(url: string, attempt: Attempt): Promise<LogInAnswer> {
  const { name, password = 'wrong as can be, my friend', device, from, agent = new Agent() } = attempt;
  const body = JSON.stringify({ name, password, wants: 'tokens' });
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/api/v1/log-in`,
      {
        method: 'POST',
        agent,
        rejectUnauthorized: false,
        ...(from !== undefined && { localAddress: from }),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(device !== undefined && { 'strongroom-device': device }),
        },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const json = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
          resolve({ status: answer.statusCode ?? 0, json });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
