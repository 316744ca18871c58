// Whether this screen is let in, and what it does when it is not: a screen that was paired goes back to be paired again,
// any other shows the ways in.
import { signal } from '@preact/signals';
import { fetchStanding } from '../net/http';

/** `shut`: somebody has to sign in or to pair this screen; `revoked`: it was paired, and is no more. */
export const door = signal<'open' | 'shut' | 'revoked'>('open');

const KEY = 'shiftwall.screen';
const APART_MS = 5_000;

function wasPaired(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

/** Remembers over the next start that this is a paired screen, or that it is none any more. */
export function remember(paired: boolean): void {
  try {
    if (paired) localStorage.setItem(KEY, '1');
    else localStorage.removeItem(KEY);
  } catch {
    // Then it has to be sent to be paired by hand.
  }
}

export interface Look {
  readonly may: 'in' | 'out' | 'unknown';
  /** The boards this screen is paired with. */
  readonly board?: string;
}

/** Asks who the server takes us for. REFUSED: something we need was refused already. */
export async function lookAtDoor(refused: boolean): Promise<Look> {
  try {
    const { person, accounts, board } = await fetchStanding();
    if (board !== undefined) return { may: 'in', board };
    if (!refused && (!accounts || person)) return { may: 'in' };
    door.value = wasPaired() ? 'revoked' : 'shut';
    return { may: 'out' };
  } catch {
    return { may: 'unknown' };
  }
}

let askedAt = -Infinity;

/** Whether it is long enough since this was true to ask again. */
export function isTime(): boolean {
  const at = performance.now();
  if (at - askedAt < APART_MS) return false;
  askedAt = at;
  return true;
}
