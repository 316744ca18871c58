// A screen that nobody touches must repair itself: it loads again after repeated errors, and when the daemon has a new
// web application. How often is remembered over the reload, so that it never becomes a loop.

const KEY = 'shiftwall.reload';
const ERRORS_MAX = 3;
const ERRORS_WITHIN_MS = 60_000;
const HEALTHY_MS = 10 * 60_000;
const WAIT_MIN_MS = 2_000;
const WAIT_MAX_MS = 5 * 60_000;

interface Record_ {
  readonly count: number;
  readonly at: number;
}

/** How long to wait before reload number COUNT (0 = first): doubling, never more than five minutes. */
export function reloadWait(count: number): number {
  return Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** Math.min(count, 12));
}

function recall(): Record_ {
  try {
    const parts = (sessionStorage.getItem(KEY) ?? '').split(' ').map(Number);
    const [count = 0, at = 0] = parts;
    if (Number.isFinite(count) && Number.isFinite(at) && Date.now() - at < HEALTHY_MS && Date.now() >= at) return { count, at };
  } catch {
    // No storage: each load is the first.
  }
  return { count: 0, at: 0 };
}

let reloading = false;

/** Loads the page again, after a wait that grows with each time it happens in ten minutes. */
export function reloadSoon(): void {
  if (reloading) return;
  reloading = true;
  const { count } = recall();
  setTimeout(() => {
    try {
      sessionStorage.setItem(KEY, `${count + 1} ${Date.now()}`);
    } catch {
      // Then the wait does not grow; it is still two seconds.
    }
    location.reload();
  }, reloadWait(count));
}

export function watchErrors(): void {
  let errors: number[] = [];
  const failed = (): void => {
    const at = performance.now();
    errors = [...errors.filter((t) => at - t < ERRORS_WITHIN_MS), at].slice(-ERRORS_MAX);
    if (errors.length >= ERRORS_MAX) reloadSoon();
  };
  addEventListener('error', (event) => {
    // The browser says so about its own layout; nothing is wrong.
    if (!event.message.startsWith('ResizeObserver loop')) failed();
  });
  addEventListener('unhandledrejection', failed);
}
