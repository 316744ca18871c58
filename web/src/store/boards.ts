// The boards of the address: fetched, checked, and kept fresh after each reconnection.
import { signal } from '@preact/signals';
import { backoffMs } from '../net/backoff';
import { BoardError, fetchBoard, fetchBoardNames, NotFound } from '../net/http';
import type { Board } from '../wire/board';

export type Loaded =
  | { readonly kind: 'loading'; readonly failed: boolean }
  | { readonly kind: 'ready'; readonly boards: readonly Board[] }
  | { readonly kind: 'unknown'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'broken'; readonly name: string; readonly text: string };

export const boards = signal<Loaded>({ kind: 'loading', failed: false });

async function load(names: readonly string[]): Promise<Loaded> {
  const list: Board[] = [];
  for (const name of names) {
    try {
      list.push(await fetchBoard(name));
    } catch (error) {
      if (error instanceof NotFound) return { kind: 'unknown', name, known: await fetchBoardNames().catch(() => []) };
      if (error instanceof BoardError) return { kind: 'broken', name, text: error.message };
      throw error;
    }
  }
  return { kind: 'ready', boards: list };
}

/** Fetches the boards until it works. THEN is called with them, also when a later call finds them changed. */
export async function loadBoards(names: readonly string[], then: (boards: readonly Board[]) => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const next = await load(names);
      const before = boards.peek();
      if (next.kind === 'ready') {
        if (before.kind === 'ready' && JSON.stringify(before.boards) === JSON.stringify(next.boards)) return;
        boards.value = next;
        then(next.boards);
        return;
      }
      // A wall that works is not taken down because its board has become unreadable.
      if (before.kind !== 'ready') boards.value = next;
      return;
    } catch {
      if (boards.peek().kind === 'ready') return;
      boards.value = { kind: 'loading', failed: true };
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random)));
    }
  }
}
