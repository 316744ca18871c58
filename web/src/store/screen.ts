// The screen as a thing on a wall: full screen, awake, no pointer, nothing burnt in.
import { signal } from '@preact/signals';

const IDLE_MS = 4_000;
const SHIFT_EVERY_MS = 3 * 60_000;

export const fullscreen = signal(false);
/** Nobody has touched mouse or keyboard for a while. */
export const idle = signal(false);

// A slow walk around the middle, at most 4 px off it.
const SHIFTS: readonly (readonly [number, number])[] = [[0, 0], [2, 1], [4, 3], [2, 4], [0, 2], [-2, 4], [-4, 2], [-3, 0], [-4, -3], [-2, -4], [0, -2], [2, -4], [4, -2], [2, -1]];

export function toggleFullscreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  done.catch(() => undefined);
}

function keepAwake(): void {
  if (!('wakeLock' in navigator)) return;
  let lock: WakeLockSentinel | undefined;
  const ask = (): void => {
    if (document.visibilityState !== 'visible' || (lock && !lock.released)) return;
    navigator.wakeLock.request('screen').then((l) => { lock = l; }, () => undefined);
  };
  document.addEventListener('visibilitychange', ask);
  setInterval(ask, 60_000);
  ask();
}

function hidePointer(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wake = (): void => {
    clearTimeout(timer);
    idle.value = false;
    timer = setTimeout(() => { idle.value = true; }, IDLE_MS);
  };
  for (const name of ['pointermove', 'pointerdown', 'keydown'] as const) addEventListener(name, wake, { passive: true });
  wake();
}

function shiftPixels(): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let step = 0;
  setInterval(() => {
    const app = document.getElementById('app');
    if (!app) return;
    step = (step + 1) % SHIFTS.length;
    const [x, y] = still.matches ? [0, 0] : (SHIFTS[step] ?? [0, 0]);
    app.style.transform = x || y ? `translate(${x}px, ${y}px)` : '';
  }, SHIFT_EVERY_MS);
}

export function hangOnWall(): void {
  document.addEventListener('fullscreenchange', () => { fullscreen.value = document.fullscreenElement !== null; });
  keepAwake();
  hidePointer();
  shiftPixels();
}
