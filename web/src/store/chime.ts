// A chime when a floor walk becomes due or is overdue. Browsers keep sound off until somebody has touched the page: the
// wall then says so, and one key or touch turns it on.
import { effect, signal } from '@preact/signals';
import { strip } from './wall';

export type ChimeState = 'unused' | 'muted' | 'ready';
/** `unused` until there is something to chime for. */
export const chimeState = signal<ChimeState>('unused');

let audio: AudioContext | undefined;

/** Two soft tones, a third apart. */
function play(context: AudioContext): void {
  [659.25, 523.25].forEach((frequency, i) => {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const at = context.currentTime + i * 0.45;
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.9);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + 1);
  });
}

function judge(): void {
  if (audio) chimeState.value = audio.state === 'running' ? 'ready' : 'muted';
}

function unlock(): void {
  if (audio && audio.state !== 'running') void audio.resume().then(judge);
}

/** Chimes with every change of the walk's state that somebody has to hear. */
export function startChime(): () => void {
  let told = '';
  const stop = effect(() => {
    const walk = strip.value?.walk;
    if (!walk) return;
    if (!audio) {
      audio = new AudioContext();
      audio.addEventListener('statechange', judge);
      judge();
    }
    const key = walk.due === undefined || walk.state === 'started' ? '' : `${walk.due}/${walk.state ?? ''}`;
    if (key && key !== told && audio.state === 'running') play(audio);
    told = key;
  });
  addEventListener('keydown', unlock);
  addEventListener('pointerdown', unlock);
  return () => {
    stop();
    removeEventListener('keydown', unlock);
    removeEventListener('pointerdown', unlock);
  };
}
