/** What a keystroke did to a line. */
export type LineEvent =
  | { readonly type: 'typing' }
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'abort' };

/** Longest line that a person may type as an answer, in characters. */
const MAX_LINE_CHARS = 4096;

/** Collects what a terminal in raw mode sends into one line, with the editing keys that work without echo. */
export interface LineReader {
  /** Takes what arrived at once: keys, or a paste. */
  feed(text: string): LineEvent;
}

/** A reader for one line: Enter ends it, Backspace and Ctrl-U edit, Ctrl-C aborts, Ctrl-D on nothing aborts. */
export function createLineReader(): LineReader {
  let line: string[] = [];
  return {
    feed(text) {
      // Arrow and function keys arrive as one escape sequence each; they mean nothing here.
      for (const character of text.replace(ESCAPE_SEQUENCES, '')) {
        if (character === '\r' || character === '\n') return { type: 'line', text: line.join('') };
        if (character === '\u0003') return { type: 'abort' };
        if (character === '\u0004')
          return line.length === 0 ? { type: 'abort' } : { type: 'line', text: line.join('') };
        if (character === '\u0015') line = [];
        else if (character === '\u007f' || character === '\b') line.pop();
        else if (character >= ' ' && line.length < MAX_LINE_CHARS) line.push(character);
      }
      return { type: 'typing' };
    },
  };
}

const ESCAPE_SEQUENCES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/gu;
