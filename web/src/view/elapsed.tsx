// Times that count up. Only their text is renewed each second, not what is around them.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { duration } from '../i18n/format';
import { figuresAt } from '../store/wall';

/** The time since SINCE (epoch ms of the server). */
export function Elapsed({ since }: { readonly since: number }): JSX.Element {
  const from = useSignal(since);
  if (from.peek() !== since) from.value = since;
  const text = useComputed(() => duration(figuresAt.value - from.value));
  return <>{text}</>;
}

export type LimitMark = 'over' | 'near' | undefined;

/** Whether a state that began at SINCE and may last LIMIT has passed it, or 80 % of it. */
export function limitMark(since: number, limit: number | undefined, marked: boolean, at: number): LimitMark {
  if (marked) return 'over';
  if (limit === undefined || limit <= 0) return undefined;
  const passed = at - since;
  return passed > limit ? 'over' : passed >= limit * 0.8 ? 'near' : undefined;
}
