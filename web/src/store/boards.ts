// The boards of the address: fetched, checked, and kept fresh after each reconnection.
import { signal } from '@preact/signals';
import { backoffMs } from '../net/backoff';
import { BoardError, fetchBoard, fetchBoardNames, NotFound, Refused } from '../net/http';
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

let wanted = 0;

/**
 * Fetches the boards until it works, or other boards are wanted. THEN is called with them, also when a later call finds
 * them changed. REFUSED is asked when they are not for us to see: true ends it.
 */
export async function loadBoards(names: readonly string[], then: (boards: readonly Board[]) => void, refused: () => Promise<boolean>): Promise<void> {
  const mine = ++wanted;
  const shown = (): boolean => {
    const now = boards.peek();
    return now.kind === 'ready' && now.boards.map((board) => board.name).join() === names.join();
  };
  for (let attempt = 0; ; attempt++) {
    try {
      const next = await load(names);
      if (mine !== wanted) return;
      const before = boards.peek();
      if (next.kind === 'ready') {
        if (before.kind === 'ready' && JSON.stringify(before.boards) === JSON.stringify(next.boards)) return;
        boards.value = next;
        then(next.boards);
        return;
      }
      // A wall that works is not taken down because its board has become unreadable.
      if (!shown()) boards.value = next;
      return;
    } catch (error) {
      if (mine !== wanted || (error instanceof Refused && (await refused())) || shown()) return;
      // What was shown goes on until its successor is there.
      if (boards.peek().kind !== 'ready') boards.value = { kind: 'loading', failed: true };
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random)));
      if (mine !== wanted) return;
    }
  }
}
