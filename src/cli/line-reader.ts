/** What a keystroke did to a line. */
export type LineEvent =
  | { readonly type: 'typing' }
  /** `rest` came after the end of the line and belongs to the next one. */
  | { readonly type: 'line'; readonly text: string; readonly rest: string }
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
      const keys = Array.from(text.replace(ESCAPE_SEQUENCES, ''));
      for (const [at, key] of keys.entries()) {
        if (isEnd(key, line.length)) {
          return { type: 'line', text: line.join(''), rest: keys.slice(at + 1).join('') };
        }
        if (key === CTRL_C || key === CTRL_D) return { type: 'abort' };
        if (key === CTRL_U) line = [];
        else if (key === DELETE || key === BACKSPACE) line.pop();
        else if (key >= ' ' && line.length < MAX_LINE_CHARS) line.push(key);
      }
      return { type: 'typing' };
    },
  };
}

const ESCAPE_SEQUENCES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/gu;

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACE = '\b';
const DELETE = '\u007f';

function isEnd(key: string, length: number): boolean {
  return key === '\r' || key === '\n' || (key === CTRL_D && length > 0);
}
