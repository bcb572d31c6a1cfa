import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import type { Session } from './session.ts';

/** A secret that a command needs: from the file that was named, else from the person. */
export interface WantedSecret {
  readonly file: string | undefined;
  readonly question: string;
  /** What to do when there is no file and nobody can be asked. */
  readonly hint: string;
}

/** Reads or asks for a secret. Throws as `SecretReader` does. */
export async function readSecret(
  session: Session,
  { file, question, hint }: WantedSecret,
): Promise<SecretBytes> {
  const given =
    file === undefined
      ? await session.secrets.ask(question, hint)
      : await session.secrets.readPassphrase(file);
  return SecretBytes.copyOf(given.expose());
}

/** The same for a secret that is new: a person types it twice. */
export async function readNewSecret(
  session: Session,
  { file, question, hint }: WantedSecret,
): Promise<SecretBytes> {
  const given =
    file === undefined
      ? await session.secrets.askNew(question, hint)
      : await session.secrets.readPassphrase(file);
  return SecretBytes.copyOf(given.expose());
}

/** A token: as `readSecret`, without blanks around it, which copying brings. */
export async function readToken(session: Session, wanted: WantedSecret): Promise<SecretBytes> {
  const secret = await readSecret(session, wanted);
  return SecretBytes.take(utf8Bytes(new TextDecoder().decode(secret.expose()).trim()));
}
