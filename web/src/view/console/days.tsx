// From one business day to another.
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { Action } from './parts';
import { addDays, fromField } from './zone';

/** GO gets the day to show; undefined is today. */
export function Days({ date, today, go }: { readonly date: string; readonly today: string | undefined; readonly go: (next: string | undefined) => void }): JSX.Element {
  return (
    <span class="days">
      <Action text={c('roster.previous')} icon="back" bare onClick={() => go(addDays(date, -1))} />
      <input type="date" class="field" aria-label={c('roster.date')} value={date} onChange={(event) => { if (fromField(event.currentTarget.value, 'UTC') !== undefined) go(event.currentTarget.value); }} />
      <Action text={c('roster.next')} icon="forward" bare onClick={() => go(addDays(date, 1))} />
      <Action text={c('roster.today')} off={date === today} onClick={() => go(undefined)} />
    </span>
  );
}
