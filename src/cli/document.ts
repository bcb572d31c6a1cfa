/** One JSON document with a final newline. What JSON leaves as it is, though it could act on a terminal, is escaped. */
export function formatDocument(document: object): string {
  return `${escapeJson(JSON.stringify(document, undefined, 2))}\n`;
}

/** As `formatDocument`, on one line, for stderr, where several may follow each other. */
export function formatLine(document: object): string {
  return `${escapeJson(JSON.stringify(document))}\n`;
}

/** Only strings of a document can hold these characters, so that escaping them changes no value. */
function escapeJson(text: string): string {
  return text.replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => unicodeEscape(character.charCodeAt(at))).join(''),
  );
}

function unicodeEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
