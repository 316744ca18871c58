// Recording: one write at a time for each button, its state, what went wrong, and what can be taken back.
import { computed, signal } from '@preact/signals';
import { call, type Answer, type Request } from '../net/console';
import type { Problem } from '../wire/console';
import { ensureSignedIn, forget, recorded, signed } from './console_session';
import { clock } from './time';
import { health } from './wall';

/** What is being sent now, by the name of its button. */
export const sending = signal<ReadonlySet<string>>(new Set());

/** Since when the server cannot record, in its own words. */
export const notRecording = signal<{ readonly text: string; readonly at: number } | undefined>(undefined);

/** Old figures are no ground for a decision, and a lost line records nothing. */
export const canRecord = computed(() => health.value.kind !== 'disconnected');

export interface Toast {
  readonly id: number;
  readonly level: 'ok' | 'warning' | 'critical';
  readonly text: string;
  /** What stays until somebody has read it. */
  readonly stays: boolean;
  readonly undo?: Undo;
}

export interface Undo {
  readonly run: () => Promise<boolean>;
}

export const toasts = signal<readonly Toast[]>([]);
const TOAST_MS = 6_000;
const UNDO_MS = 15_000;
const TOASTS_MAX = 4;
let lastToast = 0;

export function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
}

/** Says something at the edge of the screen; what can be undone has its button there for a while. */
export function say(text: string, more: { readonly level?: Toast['level']; readonly stays?: boolean; readonly undo?: Undo } = {}): void {
  const id = ++lastToast;
  const toast: Toast = { id, text, level: more.level ?? 'ok', stays: more.stays ?? false, ...(more.undo ? { undo: more.undo } : {}) };
  toasts.value = [...toasts.peek(), toast].slice(-TOASTS_MAX);
  if (!toast.stays) expire(id, toast.undo ? UNDO_MS : TOAST_MS);
}

// Not while somebody is reaching for it.
export const held = signal(false);

function expire(id: number, after: number): void {
  setTimeout(() => {
    if (held.peek()) expire(id, after);
    else dismiss(id);
  }, after);
}

function mark(key: string, on: boolean): void {
  const next = new Set(sending.peek());
  if (on) next.add(key);
  else next.delete(key);
  sending.value = next;
}

const NOT_SENT: Answer = { ok: false, problem: { status: -1, title: 'not sent', detail: '', faults: [] } };

/** The problem of a write that the person themselves gave up: nothing to tell. */
export function isNothing(problem: Problem): boolean {
  return problem.status === -1;
}

/** Records REQUEST under the name KEY: never twice at once, signed in first, and told to all when the server cannot record. */
export async function send(key: string, request: Request): Promise<Answer> {
  if (sending.peek().has(key)) return NOT_SENT;
  mark(key, true);
  try {
    if (!(await ensureSignedIn())) return NOT_SENT;
    let answer = await call(signed(request));
    if (!answer.ok && answer.problem.status === 401) {
      forget();
      if (!(await ensureSignedIn())) return answer;
      answer = await call(signed(request));
    }
    if (answer.ok) {
      notRecording.value = undefined;
      recorded.value++;
    } else if (answer.problem.status === 503) notRecording.value = { text: answer.problem.detail || answer.problem.title, at: notRecording.peek()?.at ?? clock.now() };
    return answer;
  } finally {
    mark(key, false);
  }
}

export async function undoToast(id: number): Promise<void> {
  const toast = toasts.peek().find((one) => one.id === id);
  if (!toast?.undo) return;
  const key = `toast/${id}`;
  if (sending.peek().has(key)) return;
  mark(key, true);
  try {
    if (await toast.undo.run()) dismiss(id);
  } finally {
    mark(key, false);
  }
}

/** Takes back the last thing that can be. */
export function undoLast(): void {
  const last = [...toasts.peek()].reverse().find((toast) => toast.undo);
  if (last) void undoToast(last.id);
}
