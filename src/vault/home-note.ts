import { z } from 'zod';
import { formatCanonicalJson, parseCanonicalJson, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** The note is some hundred bytes; beyond this it is not one. */
export const MAX_HOME_NOTE_BYTES = 4096;

const FORMAT_VERSION = 1;

/** All that can be known of a note whose version is not known yet. */
const anyNoteSchema = z.object({ format: z.string().regex(/^strongroom-home\/\d{1,4}$/) });

const noteSchema = z.strictObject({
  format: z.literal(`strongroom-home/${FORMAT_VERSION}`),
  vault: z.string().length(22),
});

/** What a home says of itself, before any key is asked for. */
export interface HomeNote {
  readonly vault: string;
}

/** The note as stored: canonical JSON. */
export function formatHomeNote(note: HomeNote): Uint8Array {
  return utf8Bytes(
    `${formatCanonicalJson({ format: `strongroom-home/${FORMAT_VERSION}`, vault: note.vault })}\n`,
  );
}

/** Reads the note of a home. Throws `HOME_MALFORMED`, and `HOME_NEWER` for one that a newer version made. */
export function parseHomeNote(bytes: Uint8Array): HomeNote {
  const text = utf8Text(bytes);
  const value = text?.endsWith('\n') === true ? parseCanonicalJson(text.slice(0, -1)) : undefined;
  const version = Number(anyNoteSchema.safeParse(value).data?.format.slice('strongroom-home/'.length));
  if (version > FORMAT_VERSION) {
    throw new StrongroomError(
      'HOME_NEWER',
      `the home has format ${version}, this strongroom knows ${FORMAT_VERSION}`,
    );
  }
  const result = noteSchema.safeParse(value);
  if (!result.success) throw new StrongroomError('HOME_MALFORMED', 'the note of the home makes no sense');
  return { vault: result.data.vault };
}
