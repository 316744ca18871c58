// Which page is shown, and when the next one comes. The line and its views know nothing of it.
import { computed, signal } from '@preact/signals';
import type { Board, Page } from '../wire/board';
import { explained } from './dialog';

export const DEFAULT_EVERY_S = 20;

export interface Slide {
  readonly board: Board;
  readonly page: Page;
  readonly seconds: number;
}

/** The pages of the boards in turn. EVERY (of the address) goes before a board's own pace, a page's `seconds` before both. */
export function slidesOf(boards: readonly Board[], every: number | undefined): readonly Slide[] {
  return boards.flatMap((board) => board.pages.map((page): Slide => ({ board, page, seconds: page.seconds ?? every ?? board.every ?? DEFAULT_EVERY_S })));
}

export const slides = signal<readonly Slide[]>([]);
export const index = signal(0);
export const held = signal(false);
export const slide = computed<Slide | undefined>(() => slides.value[index.value % Math.max(1, slides.value.length)]);

let timer: ReturnType<typeof setTimeout> | undefined;

function schedule(): void {
  clearTimeout(timer);
  const shown = slide.peek();
  if (slides.peek().length < 2 || !shown) return;
  timer = setTimeout(() => {
    // Nobody's page is taken away while they read a figure.
    if (!held.peek() && !explained.peek()) turn(1);
    else schedule();
  }, shown.seconds * 1000);
}

/** STEP pages on or back; the new page stays its full time. */
export function turn(step: number): void {
  const n = slides.peek().length;
  if (n > 1) index.value = (((index.peek() + step) % n) + n) % n;
  schedule();
}

/** Shows these pages, the current place kept where there is one. */
export function show(next: readonly Slide[]): void {
  slides.value = next;
  index.value = next.length ? index.peek() % next.length : 0;
  schedule();
}
