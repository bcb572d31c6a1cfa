// Compiled, never run: the README's example, as a user writes it.
import { openStrongroom, parseVersionRef } from '../../src/index.ts';

export async function readEverything(): Promise<number> {
  await using room = await openStrongroom({ home: './strongroom-home' });
  await using opened = await room.api.versions.open(parseVersionRef('acme/digits:production'));
  let bytes = 0;
  for (const file of opened.files) {
    for await (const chunk of file.read()) bytes += chunk.length;
  }
  return bytes;
}
