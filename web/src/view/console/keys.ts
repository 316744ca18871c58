// The keyboard: letters press the buttons of the row one is in, so that a key does what a touch would, and no more.
import { form, openForm } from '../../store/console_dialog';
import { goBack, going, goTo, isOpenTo, place, type Section } from '../../store/console_route';
import { asking } from '../../store/console_session';
import { oneKey } from '../../store/console_settings';
import { undoLast } from '../../store/console_write';
import { openFirst } from './floor';

export const GO_KEYS = { f: 'floor', b: 'breaks', s: 'signin', a: 'alerts', w: 'walk', r: 'roster', q: 'queues', d: 'day', c: 'charts', t: 'chat', e: 'reports', n: 'staffing', p: 'policy', v: 'screens', u: 'accounts', l: 'audit', m: 'more' } as const satisfies { readonly [key: string]: Section };
const ACT_KEYS: { readonly [key: string]: string } = {
  a: 'ack', d: 'decide', n: 'grant', c: 'recall', m: 'note', s: 'start', x: 'swap', 1: 'tick-seen', 2: 'tick-helped', 3: 'tick-confirmed', 4: 'tick-excused',
};
const PREFIX_MS = 1500;

let timer: ReturnType<typeof setTimeout> | undefined;

function setGoing(on: boolean): void {
  clearTimeout(timer);
  going.value = on;
  if (on) timer = setTimeout(() => { going.value = false; }, PREFIX_MS);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

function rows(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter((row) => row.offsetParent !== null);
}

function currentRow(): HTMLElement | undefined {
  return document.activeElement?.closest<HTMLElement>('main [data-row]') ?? undefined;
}

function move(step: number): void {
  const all = rows();
  if (!all.length) return;
  const now = currentRow();
  const at = now ? all.indexOf(now) : -1;
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function press(act: string): boolean {
  const within: ParentNode | undefined = currentRow() ?? (act === 'start' || place.peek().section === 'agent' ? document : undefined);
  const button = within?.querySelector<HTMLElement>(`main [data-act="${act}"], [data-row] [data-act="${act}"]`) ?? (act === 'start' ? document.querySelector<HTMLElement>('main [data-act="start"]') : null);
  if (!button) return false;
  button.click();
  return true;
}

const FRAMES = 30;
const searchField = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>('main [data-search]');

// The floor may have to be drawn first.
function focusSearch(frames: number): void {
  const field = searchField();
  field?.focus();
  field?.select();
  if (!field && frames > 0) requestAnimationFrame(() => focusSearch(frames - 1));
}

function letter(key: string): boolean {
  if (going.peek()) {
    setGoing(false);
    const section = Object.entries(GO_KEYS).find(([k]) => k === key)?.[1];
    if (section && isOpenTo(section)) goTo({ section });
    return section !== undefined;
  }
  switch (key) {
    case 'g': setGoing(true); return true;
    case 'j': move(1); return true;
    case 'k': move(-1); return true;
    case 'u': undoLast(); return true;
    case '/':
      if (!searchField()) goTo({ section: 'floor' });
      focusSearch(FRAMES);
      return true;
    case '?': openForm({ kind: 'help' }); return true;
    case 'n': if (press('grant')) return true; openForm({ kind: 'grant' }); return true;
    default: {
      const act = ACT_KEYS[key];
      return act !== undefined && press(act);
    }
  }
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || form.peek() || asking.peek()) return;
  if (isTyping(event.target)) {
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('[data-search]')) openFirst();
    return;
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    if (!currentRow() && document.activeElement !== document.body) return;
    move(event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
    return;
  }
  if (event.key === 'Escape') {
    setGoing(false);
    if (place.peek().section === 'agent') goBack();
    return;
  }
  if (event.key === 'Enter') {
    const row = document.activeElement;
    if (row instanceof HTMLElement && row.matches('[data-row]')) {
      row.querySelector<HTMLElement>('[data-act="open"]')?.click();
      event.preventDefault();
    }
    return;
  }
  if (oneKey.peek() && event.key.length === 1 && letter(event.key.toLowerCase())) event.preventDefault();
}

export function followKeys(): void {
  addEventListener('keydown', onKey);
}
