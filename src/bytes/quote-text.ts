/** Hostile text as something safe to print in a message: quoted, everything but printable ASCII escaped as in JSON. */
export function quoteText(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
