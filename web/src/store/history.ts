// Today's course of the agents' shares, interval by interval: it changes once an interval, so it is fetched, not pushed.
import { signal } from '@preact/signals';
import { fetchTeamHistory } from '../net/http';
import type { TeamHistory } from '../wire/message';
import type { IndicatorName, Times } from '../wire/types';
import { site, siteName } from './wall';
import { clock, monotonic } from './time';

const AGAIN_MS = 120_000;
const FIRST_MS = 3_000;

const history = signal<readonly TeamHistory[]>([]);

/** The sum a share is made of. */
export function shareOf(name: Exclude<IndicatorName, 'answer_rate'>, teams: readonly Times[]): number | undefined {
  let num = 0;
  let den = 0;
  for (const t of teams) {
    den += t.staffed_ms ?? 0;
    if (name === 'idle') num += t.ready_ms ?? 0;
    else if (name === 'non_service') num += (t.break_ms ?? 0) + (t.meal_ms ?? 0) + (t.busy_ms ?? 0) + (t.meeting_ms ?? 0);
    else num += (t.ringing_ms ?? 0) + (t.dialing_ms ?? 0) + (t.talking_ms ?? 0) + (t.hold_ms ?? 0) + (t.wrapup_ms ?? 0);
  }
  return den > 0 ? num / den : undefined;
}

export function teamCurve(name: Exclude<IndicatorName, 'answer_rate'>): readonly { at: number; value: number }[] {
  return history.value.flatMap(({ start, teams }) => {
    const value = shareOf(name, teams);
    return value === undefined ? [] : [{ at: start, value }];
  });
}

async function renew(): Promise<void> {
  const view = site.peek();
  const name = siteName.peek();
  if (!view || name === undefined || document.hidden) return;
  try {
    history.value = await fetchTeamHistory(name, view.day_start, Math.min(clock.now(), view.day_end));
  } catch {
    // The curve is an extra: without it the tile shows the figure alone.
  }
}

let users = 0;
let fetchedAt: number | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function schedule(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (site.peek()) fetchedAt = monotonic();
    void renew().finally(() => {
      if (users > 0) schedule(site.peek() ? AGAIN_MS : FIRST_MS);
    });
  }, ms);
}

/** Keeps the course fresh until the returned function is called. */
export function followTeams(): () => void {
  if (users++ === 0) schedule(fetchedAt === undefined ? 500 : Math.max(500, fetchedAt + AGAIN_MS - monotonic()));
  return () => {
    if (--users === 0) clearTimeout(timer);
  };
}
