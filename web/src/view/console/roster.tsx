// The roster of a day: everybody's shift with its activities and leave, along the hours.
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { c, named } from '../../i18n/console';
import { minuteTime } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { rosterChanged, rosterDate } from '../../store/console_filters';
import { search, teamFilter } from '../../store/console_route';
import { COLLATE, matches, teamName } from '../../store/console_views';
import { now } from '../../store/time';
import { loaded, site } from '../../store/wall';
import { asRosterDay, type Activity, type RosterShift } from '../../wire/console';
import { apiPath } from './acts';
import { download, toCsv } from './csv';
import { Days } from './days';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Nothing, SearchField, TeamChoice, Waiting, Who, zoneOf } from './parts';

const HOUR = 3_600_000;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whole hours around all shifts. */
export function hoursOf(shifts: readonly RosterShift[]): Span | undefined {
  if (!shifts.length) return undefined;
  const from = Math.min(...shifts.map((s) => s.start));
  const to = Math.max(...shifts.map((s) => s.end));
  return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
}

function place(span: Span, a: { readonly start: number; readonly end: number }): { left: string; width: string } {
  const at = (ms: number): number => ((Math.min(span.to, Math.max(span.from, ms)) - span.from) / (span.to - span.from)) * 100;
  return { left: `${at(a.start).toFixed(3)}%`, width: `${(at(a.end) - at(a.start)).toFixed(3)}%` };
}

function Bar({ span, kind, text, a }: { readonly span: Span; readonly kind: string; readonly text: string; readonly a: { readonly start: number; readonly end: number } }): JSX.Element {
  const zone = zoneOf();
  // Too narrow for a word: the word is in the title.
  const wide = (a.end - a.start) / (span.to - span.from) >= 0.035;
  return <span class={`stint stint-${kind}`} style={place(span, a)} title={`${text} ${c('ui.range', { from: minuteTime(a.start, zone), to: minuteTime(a.end, zone) })}`}>{wide && <span class="stint-text">{text}</span>}</span>;
}

function leaveSpan(leave: Partial<Activity>, shift: RosterShift): { readonly start: number; readonly end: number } {
  return { start: leave.start ?? shift.start, end: leave.end ?? shift.end };
}

function Now({ span }: { readonly span: Span }): JSX.Element | null {
  const at = useComputed(() => Math.floor(now.value / 60_000) * 60_000).value;
  if (at < span.from || at > span.to) return null;
  return <span class="now-line" style={{ left: place(span, { start: at, end: at }).left }} />;
}

function Hours({ span }: { readonly span: Span }): JSX.Element {
  const zone = zoneOf();
  const hours = (span.to - span.from) / HOUR;
  const every = hours > 16 ? 2 : 1;
  const ticks: number[] = [];
  for (let at = span.from; at < span.to; at += every * HOUR) ticks.push(at);
  return <span class="hours" aria-hidden="true">{ticks.map((at) => <span key={at} class="hour" style={{ left: place(span, { start: at, end: at }).left }}>{minuteTime(at, zone)}</span>)}</span>;
}

function Shift({ shift, span }: { readonly shift: RosterShift; readonly span: Span }): JSX.Element {
  const zone = zoneOf();
  const range = (a: { readonly start: number; readonly end: number }): string => c('ui.range', { from: minuteTime(a.start, zone), to: minuteTime(a.end, zone) });
  return (
    <li class="row roster-row" data-row data-agent={shift.agent} tabIndex={-1}>
      <Who id={shift.agent} name={shift.name} seat={shift.seat} team={shift.team} link />
      <b class="roster-range">{range(shift)}</b>
      <span class="track">
        <Bar span={span} kind="work" text={c('activity.work')} a={shift} />
        {shift.activities.map((a) => <Bar key={`${a.kind}${a.start}`} span={span} kind={a.kind} text={named('activity', a.kind)} a={a} />)}
        {shift.leave.map((l, i) => <Bar key={i} span={span} kind="leave" text={l.kind === undefined ? c('activity.leave') : named('leave', l.kind)} a={leaveSpan(l, shift)} />)}
        <Now span={span} />
      </span>
      <span class="roster-words muted">
        {shift.activities.map((a) => `${named('activity', a.kind)} ${range(a)}`).join(' · ')}
        {shift.leave.map((l) => ` ${l.kind === undefined ? c('activity.leave') : named('leave', l.kind)}${l.start === undefined ? '' : ` ${range(leaveSpan(l, shift))}`}`).join(' · ')}
      </span>
    </li>
  );
}

/** The day as the file it could have come from. */
export function toRoster(date: string, list: readonly RosterShift[], zone: string): string {
  const range = (a: Partial<Activity>): string => (a.start === undefined || a.end === undefined ? '' : ` ${minuteTime(a.start, zone)}-${minuteTime(a.end, zone)}`);
  const rows = list.map((s) => [
    date, s.agent, s.name, s.team, s.seat, minuteTime(s.start, zone), minuteTime(s.end, zone), s.activities.map((a) => a.kind + range(a)).join(';'),
    s.leave.map((l) => `${l.kind ?? 'leave'}${l.start === s.start && l.end === s.end ? '' : range(l)}`).join(';'),
  ]);
  return toCsv(['date', 'agent', 'name', 'team', 'seat', 'start', 'end', 'activities', 'leave'], rows);
}

function exportDay(date: string, list: readonly RosterShift[]): void {
  download(`roster-${date}.csv`, toRoster(date, list, zoneOf()));
}

export function Roster(): JSX.Element {
  const today = site.value?.day;
  const date = rosterDate.value ?? today;
  const day = useFetched(date === undefined ? undefined : apiPath('roster', { date }), asRosterDay, rosterChanged.value).value;
  if (!loaded.value || date === undefined) return <Waiting />;
  const words = search.value.trim();
  const all = day.doc?.shifts ?? [];
  const shown = all
    .filter((s) => (!teamFilter.value || s.team === teamFilter.value) && (!words || matches({ id: s.agent, name: s.name, seat: s.seat, team: s.team }, words)))
    .sort((a, b) => COLLATE.compare(a.team ?? '', b.team ?? '') || a.start - b.start || COLLATE.compare(a.seat ?? a.agent, b.seat ?? b.agent));
  const span = hoursOf(shown);
  const teams = [...new Set(shown.map((s) => s.team ?? ''))];
  return (
    <>
      <div class="toolbar">
        <Days date={date} today={today} go={(next) => { rosterDate.value = next; }} />
        <TeamChoice /><SearchField />
        <span class="grow" />
        <Action text={c('swap.title')} icon="swap" onClick={() => openForm({ kind: 'swap' })} />
        <Action text={c('roster.download')} icon="download" off={!all.length} onClick={() => exportDay(date, all)} />
        <Action text={c('roster.upload')} icon="upload" kind="main" onClick={() => openForm({ kind: 'upload' })} />
      </div>
      <Problems problem={day.problem} />
      {day.doc === undefined && day.loading ? <Waiting /> : span ? (
        <section class="panel roster" aria-busy={day.loading}>
          <div class="roster-row roster-head"><span class="muted">{c('roster.people', { n: shown.length })}</span><span /><Hours span={span} /></div>
          {teams.map((team) => (
            <div key={team} class="roster-team">
              <h2 class="team-head"><span class="name">{team === '' ? c('floor.noTeam') : teamName(team)}</span></h2>
              <ul class="rows dense">{shown.filter((s) => (s.team ?? '') === team).map((s) => <Shift key={`${s.agent}/${s.start}`} shift={s} span={span} />)}</ul>
            </div>
          ))}
        </section>
      ) : day.problem ? null : all.length ? <Nothing text={c('ui.nothingFound')} /> : <Nothing text={c('roster.none')} how={c('roster.noneHow')} />}
    </>
  );
}
