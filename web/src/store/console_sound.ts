// The chime: for a new alert that is not only information, and for a walk that is due. Browsers are mute until a touch.
import { effect, signal } from '@preact/signals';
import { alerts, walk } from './console_views';
import { setSoundWanted, soundWanted } from './console_settings';

/** The browser lets sound out: somebody has touched the page. */
export const unlocked = signal(false);

let context: AudioContext | undefined;

type Chime = 'alert' | 'critical' | 'walk';
const NOTES: { readonly [C in Chime]: readonly number[] } = { alert: [660], critical: [880, 660, 880], walk: [523, 659, 784] };
const NOTE_S = 0.22;
const LOUD = 0.25;
// Many at once are one chime.
const APART_MS = 1500;
let last = -Infinity;

function play(chime: Chime): void {
  if (!context || context.state !== 'running' || !soundWanted.peek()) return;
  const at = performance.now();
  if (at - last < APART_MS) return;
  last = at;
  NOTES[chime].forEach((frequency, i) => {
    if (!context) return;
    const start = context.currentTime + i * NOTE_S;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUD, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + NOTE_S);
  });
}

async function unlock(): Promise<void> {
  try {
    context ??= new AudioContext();
    if (context.state !== 'running') await context.resume();
    unlocked.value = context.state === 'running';
  } catch {
    unlocked.value = false;
  }
}

/** The one touch: on, and a sample of it; or off. */
export async function toggleSound(): Promise<void> {
  if (soundWanted.peek() && unlocked.peek()) {
    setSoundWanted(false);
    return;
  }
  setSoundWanted(true);
  await unlock();
  play('walk');
}

/** Follows alerts and walks. What was there when the console opened makes no sound. */
export function listen(): void {
  let known: ReadonlySet<string> | undefined;
  effect(() => {
    const all = Object.entries(alerts.value ?? {});
    const before = known;
    if (alerts.value) known = new Set(all.map(([id]) => id));
    if (!before) return;
    const fresh = all.filter(([id, a]) => !before.has(id) && a.severity !== 'info' && a.acked_at === undefined);
    if (fresh.length) play(fresh.some(([, a]) => a.severity === 'critical') ? 'critical' : 'alert');
  });
  let walked: string | undefined;
  let began = false;
  effect(() => {
    const view = walk.value;
    if (!view) return;
    const next = view.walk && view.walk.state !== 'started' ? `${view.walk.id}/${view.walk.state}` : '';
    if (began && next && next !== walked) play('walk');
    began = true;
    walked = next;
  });
  // A page that was allowed sound before needs its one touch again: any will do.
  const first = (): void => {
    if (soundWanted.peek() && !unlocked.peek()) void unlock();
  };
  for (const name of ['pointerdown', 'keydown'] as const) addEventListener(name, first, { passive: true });
}
