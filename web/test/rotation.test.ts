// Pages in turn: whose pace counts, and that turning goes round.
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { explained } from '../src/store/dialog';
import { DEFAULT_EVERY_S, held, index, show, slide, slides, slidesOf, turn } from '../src/store/rotation';
import type { Board, Page } from '../src/wire/board';

const page = (more: Partial<Page> = {}): Page => ({ widgets: [], ...more });
const board = (name: string, pages: readonly Page[], more: Partial<Board> = {}): Board => ({ name, title: { 'zh-CN': name, en: name }, pages, ...more });

afterEach(() => {
  held.value = false;
  explained.value = undefined;
  index.value = 0;
  show([]);
  mock.timers.reset();
});

test('a page before the address before the board before the default', () => {
  const boards = [board('a', [page({ seconds: 7 }), page()], { every: 40 }), board('b', [page()])];
  assert.deepEqual(slidesOf(boards, undefined).map((s) => s.seconds), [7, 40, DEFAULT_EVERY_S]);
  assert.deepEqual(slidesOf(boards, 12).map((s) => s.seconds), [7, 12, 12]);
});

test('turning goes round, both ways', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  show(slidesOf([board('a', [page(), page()]), board('b', [page()])], 10));
  const seen: (string | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    seen.push(slide.value?.board.name);
    mock.timers.tick(10_000);
  }
  assert.deepEqual(seen, ['a', 'a', 'b', 'a']);
  index.value = 0;
  turn(-1);
  assert.equal(slide.value?.board.name, 'b');
});

test('a held page and an open dialog stay', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  show(slidesOf([board('a', [page(), page()])], 10));
  held.value = true;
  mock.timers.tick(50_000);
  assert.equal(index.value, 0);
  held.value = false;
  explained.value = { kind: 'agent', id: '1001', team: undefined };
  mock.timers.tick(50_000);
  assert.equal(index.value, 0);
  explained.value = undefined;
  mock.timers.tick(10_000);
  assert.equal(index.value, 1);
});

test('one page never turns, fewer pages keep a valid place', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  show(slidesOf([board('a', [page()])], 5));
  mock.timers.tick(60_000);
  turn(1);
  assert.equal(index.value, 0);
  show(slidesOf([board('a', [page(), page(), page()])], 5));
  index.value = 2;
  show(slidesOf([board('a', [page()])], 5));
  assert.equal(index.value, 0);
  assert.equal(slides.value.length, 1);
});
