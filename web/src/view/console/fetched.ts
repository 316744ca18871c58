// What is read once over HTTP rather than pushed: the roster of a day, the records. Read again when asked to.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../../net/console';
import type { Problem } from '../../wire/console';

export interface Fetched<T> {
  readonly doc: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
}

/** The document at PATH, read when PATH or AGAIN changes; undefined PATH reads nothing. The old one stays until the new is there. */
export function useFetched<T>(path: string | undefined, decode: (doc: unknown) => T, again: string | number = 0): Signal<Fetched<T>> {
  const state = useSignal<Fetched<T>>({ doc: undefined, problem: undefined, loading: true });
  useEffect(() => {
    if (path === undefined) return undefined;
    let gone = false;
    state.value = { ...state.peek(), loading: true };
    void call({ method: 'GET', path }).then((answer) => {
      if (gone) return;
      state.value = answer.ok ? { doc: decode(answer.doc), problem: undefined, loading: false } : { doc: undefined, problem: answer.problem, loading: false };
    });
    return () => { gone = true; };
  }, [path, again]);
  return state;
}
