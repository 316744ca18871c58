// The boards we ship keep the rules of boards/README.md, and so does its example; what breaks a rule is told by its key.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { BoardError, decodeBoard, QUEUE_COLUMNS, SERIES, TOTALS, viewsOfBoards } from '../src/wire/board';

const readme = readFileSync('boards/README.md', 'utf8');
const shipped = readdirSync('boards').filter((name) => name.endsWith('.json'));
const parse = (text: string): unknown => JSON.parse(text) as unknown;
const clock = { type: 'clock', x: 0, y: 0, w: 1, h: 1 };
const board = (page: object, more: object = {}): unknown => ({ name: 'b', title: { 'zh-CN': '板', en: 'B' }, pages: [page], ...more });
const one = (widget: object): unknown => board({ widgets: [widget] });

function refused(value: unknown, pattern: RegExp, name?: string): void {
  assert.throws(() => decodeBoard(value, name), (error: unknown) => error instanceof BoardError && pattern.test(error.message), `${JSON.stringify(value)} should be refused with ${String(pattern)}`);
}

test('the shipped boards', () => {
  assert.deepEqual(shipped.sort(), ['agents.json', 'floor.json', 'overview.json', 'queues.json', 'staffing.json']);
  for (const file of shipped) decodeBoard(parse(readFileSync(`boards/${file}`, 'utf8')), file.replace('.json', ''));
});

test('the example of the description, and every name it must list', () => {
  const example = /```json\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(example);
  decodeBoard(parse(example), 'sales');
  for (const word of [...QUEUE_COLUMNS, ...TOTALS, ...SERIES]) assert.ok(readme.includes(`\`${word}\``), word);
});

test('each type, alone', () => {
  const types = [...readme.matchAll(/^\| `(\w+)` \| [^|]+ \| [^|]*\|$/gm)].map((m) => m[1]).filter((t) => t !== 'type' && t !== 'title' && t !== 'name' && t !== 'pages' && t !== 'header' && t !== 'every' && t !== 'widgets' && t !== 'columns' && t !== 'rows' && t !== 'seconds');
  assert.equal(types.length, 18);
  for (const type of types) decodeBoard(one({ ...clock, type }));
});

test('keys, types and ranges', () => {
  refused(null, /^board: an object/);
  refused({}, /"name" is missing/);
  refused(board({ widgets: [clock] }, { colour: 1 }), /unknown key "colour"/);
  refused(board({ widgets: [clock] }), /must be "other"/, 'other');
  refused(board({ widgets: [clock] }, { name: 'Übersicht' }), /board\.name/);
  refused(board({ widgets: [clock] }, { every: 4 }), /board\.every: an integer of 5 to 3600/);
  refused(board({ widgets: [clock] }, { title: { en: 'B' } }), /"zh-CN" is missing/);
  refused(board({ widgets: [clock] }, { title: { 'zh-CN': '', en: 'B' } }), /1 to 80/);
  refused(board({ widgets: [] }), /widgets: an array of 1 to 40/);
  refused(board({ widgets: [clock], columns: 49 }), /columns/);
  refused(one({ ...clock, type: 'pie' }), /widgets\[0\]\.type: one of/);
  refused(one({ ...clock, type: 'toString' }), /one of/);
  refused(one({ ...clock, x: 0.5 }), /\.x: an integer/);
  refused(one({ ...clock, colour: 'red' }), /unknown key "colour"/);
  refused(one({ ...clock, __proto__x: 1 }), /unknown key/);
  refused(one({ ...clock, type: 'waiting', count: 21 }), /count/);
  refused(one({ ...clock, type: 'teams', window: 'last15' }), /window/);
  refused(one({ ...clock, type: 'queue_table', columns: ['waiting', 'waiting'] }), /no member twice/);
  refused(one({ ...clock, type: 'queue_table', columns: QUEUE_COLUMNS.slice(0, 13) }), /1 to 12/);
  refused(one({ ...clock, type: 'indicators', show: [] }), /show/);
});

test('places: inside the page, and not over each other', () => {
  refused(one({ ...clock, x: 11, w: 2 }), /past column 12/);
  refused(one({ ...clock, y: 12 }), /past row 12/);
  refused(board({ widgets: [{ ...clock, w: 2, h: 2 }, { ...clock, x: 1, y: 1 }] }), /widgets\[1\]: overlaps widgets\[0\]/);
  decodeBoard(board({ columns: 2, rows: 1, widgets: [clock, { ...clock, x: 1 }] }));
});

test('the views the boards need, each once, the site always', () => {
  const two = [decodeBoard(one(clock)), decodeBoard(one({ ...clock, type: 'agent_grid', team: 'A' })), decodeBoard(one({ ...clock, type: 'intraday' }))];
  assert.deepEqual([...viewsOfBoards(two)].sort(), ['agents/A', 'intervals', 'site', 'teams']);
});
