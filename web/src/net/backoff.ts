// Exponential back-off with full jitter: screens that lost the server together do not come back together.

export const BACKOFF_MIN_MS = 500;
export const BACKOFF_MAX_MS = 20_000;
const SLOW_MIN_MS = 45_000;
const SLOW_SPREAD_MS = 45_000;

/** The wait before try number ATTEMPT (0 = first). RANDOM gives 0..1. */
export function backoffMs(attempt: number, random: () => number): number {
  const top = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(attempt + 1, 16));
  return BACKOFF_MIN_MS + random() * (top - BACKOFF_MIN_MS);
}

/**
 * The wait after a close with CODE and REASON. 4001: the server goes down and says when to come back; 4400: it does not
 * like what we say, 4429: too much of it, so hurry cannot help.
 */
export function waitAfterClose(code: number, reason: string, attempt: number, random: () => number): number {
  if (code === 4400 || code === 4401 || code === 4403 || code === 4429) return SLOW_MIN_MS + random() * SLOW_SPREAD_MS;
  if (code === 4001) {
    const told = /retry_ms=(\d{1,6})/.exec(reason);
    if (told) return Math.min(60_000, Math.max(BACKOFF_MIN_MS, Number(told[1])));
    return 1000 + random() * 4000;
  }
  return backoffMs(attempt, random);
}
