import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createProgressBar, formatProgress } from '../../src/cli/progress.ts';
import { formatFields, formatTable } from '../../src/cli/table.ts';
import {
  allowsColor,
  displayWidth,
  escapeText,
  fitText,
  paint,
  type Terminal,
} from '../../src/cli/terminal.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatMetric,
} from '../../src/cli/units.ts';

const PIPE: Terminal = { isTerminal: false, hasColor: false, columns: undefined };
const NARROW: Terminal = { isTerminal: true, hasColor: false, columns: 40 };
const COLOR: Terminal = { isTerminal: true, hasColor: true, columns: 80 };

test('hostile text cannot act on a terminal', () => {
  assert.equal(
    escapeText('a\u001b[31mb\u0007\u009b2J\u202ec\\n'),
    'a\\u{1b}[31mb\\u{7}\\u{9b}2J\\u{202e}c\\\\n',
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(escapeText(text), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('escaping keeps different texts different', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      if (a !== b) assert.notEqual(escapeText(a), escapeText(b));
    }),
  );
});

test('colour is off in a pipe, with NO_COLOR and on a dumb terminal', () => {
  assert.equal(paint(PIPE, 'bad', 'x'), 'x');
  assert.equal(paint(COLOR, 'bad', 'x'), '\u001b[31mx\u001b[0m');
  assert.equal(allowsColor({ NO_COLOR: '1' }), false);
  assert.equal(allowsColor({ NO_COLOR: '' }), true);
  assert.equal(allowsColor({ TERM: 'dumb' }), false);
});

test('width counts wide characters twice and combining marks not at all', () => {
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('模型'), 4);
  assert.equal(fitText('模型模型', 5), '模型…');
  assert.equal(fitText('short', 5), 'short');
});

test('a table aligns its columns and is not cut in a pipe', () => {
  const columns = [
    { heading: 'name', isFlexible: true },
    { heading: 'size', align: 'right' as const },
  ];
  const name = 'n'.repeat(60);
  assert.equal(
    formatTable(PIPE, columns, [
      ['a', '10 B'],
      [name, '9 B'],
    ]),
    [`name${' '.repeat(56)}  size`, `a${' '.repeat(59)}  10 B`, `${name}   9 B`].join('\n'),
  );
});

test('a table on a narrow terminal stays within it', () => {
  const columns = [
    { heading: 'name', isFlexible: true },
    { heading: 'size', align: 'right' as const },
  ];
  const lines = formatTable(NARROW, columns, [['n'.repeat(60), '10 B']]).split('\n');
  assert.ok(lines.every((line) => displayWidth(line) <= 40));
  assert.match(lines[1] ?? '', /n…\s+10 B$/);
});

test('fields without a value are left out', () => {
  assert.equal(
    formatFields(PIPE, [
      ['model', 'acme/churn'],
      ['note', undefined],
    ]),
    'model  acme/churn',
  );
});

test('sizes are binary with three digits', () => {
  const shown = [0, 1, 1023, 1024, 1536, 10 * 1024, 1024 ** 2 - 1, 1024 ** 3, 1.5 * 1024 ** 4].map(
    formatBytes,
  );
  assert.deepEqual(shown, [
    '0 B',
    '1 B',
    '1023 B',
    '1.00 KiB',
    '1.50 KiB',
    '10.0 KiB',
    '1.00 MiB',
    '1.00 GiB',
    '1.50 TiB',
  ]);
});

test('times, instants, counts and metrics are readable', () => {
  assert.deepEqual([0, 8.4, 1400, 125_000, 11_520_000].map(formatDuration), [
    '0 ms',
    '8 ms',
    '1.4 s',
    '2 min 05 s',
    '3 h 12 min',
  ]);
  assert.equal(formatInstant('2026-03-01T09:30:00.000Z'), '2026-03-01 09:30:00');
  assert.equal(formatInstant('?'), '?');
  assert.deepEqual([formatCount(1, 'file'), formatCount(1204, 'blob')], ['1 file', '1,204 blobs']);
  assert.deepEqual([formatMetric(0.1 + 0.2), formatMetric(12345678)], ['0.3', '12345678']);
});

test('progress shows share, amount, rate and time left, and never more than the width', () => {
  const progress = { phase: 'sealing', done: 512 * 1024 ** 2, total: 1024 ** 3, unit: 'bytes' } as const;
  assert.equal(
    formatProgress(progress, 256 * 1024 ** 2, 100),
    'sealing   50%  [###############---------------]  512 MiB of 1.00 GiB  256 MiB/s  2.0 s left',
  );
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 20, max: 200 }), (done, total, columns) => {
      assert.ok(displayWidth(formatProgress({ ...progress, done, total }, 1, columns)) < columns);
    }),
  );
});

test('progress without a total shows what is done', () => {
  assert.equal(
    formatProgress({ phase: 'rotating', done: 1200, unit: 'items' }, 100, 80),
    'rotating  1,200  100/s',
  );
});

test('a bar appears only when work lasts, redraws seldom, and is wiped', () => {
  let now = 0;
  let drawn = '';
  const bar = createProgressBar({ columns: 80, now: () => now, write: (text) => (drawn += text) });
  const update = (at: number, done: number): void => {
    now = at;
    bar.update({ phase: 'sealing', done, total: 1000, unit: 'items' });
  };
  update(0, 0);
  update(200, 100);
  assert.equal(drawn, '');
  update(500, 400);
  update(510, 410);
  assert.equal(drawn.split('\r').length - 1, 1);
  assert.match(drawn, /40%.*\/s.*left$/);
  bar.clear();
  assert.ok(drawn.endsWith('\r\u001b[2K'));
});
