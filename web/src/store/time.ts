// The server's time on this screen, ticking once a second: the only clock the views look at.
import { signal } from '@preact/signals';
import { ServerClock } from '../net/clock';

export const monotonic = (): number => performance.now();
export const clock = new ServerClock(monotonic, () => Date.now());

/** Server time in epoch ms, renewed once a second, on the second. */
export const now = signal(clock.now());

let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  const t = clock.now();
  now.value = t;
  timer = setTimeout(tick, 1005 - (((t % 1000) + 1000) % 1000));
}

export function startTicking(): void {
  if (timer === undefined) tick();
}

/** The clock was corrected: do not show the old time for the rest of the second. */
export function retick(): void {
  clearTimeout(timer);
  tick();
}
