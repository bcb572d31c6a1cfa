import { readTlsCertificate } from '../crypto/index.ts';
import { checkAnswer, checkCertificate, checkHandshake, type Line } from '../doctor/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { parseTarget, probeAnswer, probeTls } from '../network/index.ts';

export interface ExamineServerOptions {
  /** `https://models.example.org:8443`. */
  readonly url: string;
  /** Certificates (PEM) of authorities that clients trust. */
  readonly authorities?: string;
  readonly signal: AbortSignal;
}

/** A path that nobody gets without credentials. */
const GUARDED_PATH = '/api/v1/system/status';

/**
 * Looks at a running server as a stranger sees it: its certificate, what it agrees to, and the headers of its answer.
 * Throws the `NETWORK_…` errors when nobody answers.
 */
export async function examineServer(options: ExamineServerOptions): Promise<readonly Line[]> {
  const { host, port, isTls } = parseTarget(options.url);
  if (!isTls) throw new StrongroomError('NETWORK_URL_REFUSED', 'a server of strongroom speaks https only');
  const { authorities: ca, signal } = options;
  const target = { host, port, signal, ...(ca !== undefined && { ca }) };
  const probe = await probeTls(target);
  const certificate = readTlsCertificate(probe.certificate);
  const facts = {
    ...certificate,
    host: { name: host, isCovered: certificate.covers(host) },
    isTrusted: probe.isTrusted,
  };
  return [
    ...checkCertificate(facts, new Date()),
    ...checkHandshake(probe),
    ...checkAnswer(await probeAnswer(target, GUARDED_PATH)),
  ];
}
