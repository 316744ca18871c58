// Sign-in: who should be there and is not, how long they have, and what the attendance comes to.
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { c, named } from '../../i18n/console';
import { count, duration, minuteTime, percent } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { signinFilter as filter, SIGNIN_FILTERS, type SigninFilter } from '../../store/console_filters';
import { search, teamFilter } from '../../store/console_route';
import { attendance, COLLATE, isAbsent, isMissed, matches, shiftsToday, teamAttendance, whoOf } from '../../store/console_views';
import { now } from '../../store/time';
import { loaded, site } from '../../store/wall';
import { SHIFT_STATUSES, type Attendance, type Shift, type ShiftStatus } from '../../wire/console';
import { download, toCsv } from './csv';
import { Action, Countdown, Filters, Nothing, SearchField, Since, Tag, TeamChoice, Tile, useSteady, Waiting, Who, zoneOf, type Choice } from './parts';
import type { GrantForm } from './presets';

const SOON_MS = 30 * 60_000;
const AHEAD_MS = 2 * 3_600_000;

const LEVEL: { readonly [S in ShiftStatus]?: 'ok' | 'warning' | 'critical' | 'info' } = { present: 'ok', late: 'warning', not_yet: 'warning', absent: 'critical', left_early: 'warning', out: 'warning' };

export function inFilter(which: SigninFilter, shift: Shift, at: number): boolean {
  const ahead = shift.start - at;
  switch (which) {
    case 'all': return ahead < AHEAD_MS;
    case 'attention': return isMissed(shift, at) || (shift.status === 'left_early' && at - shift.end < SOON_MS) || (shift.status === 'due' && shift.signed_in !== true && ahead < SOON_MS);
    case 'not_yet': return shift.status === 'not_yet' || (shift.status === 'due' && ahead < AHEAD_MS);
    case 'late': return !isAbsent(shift) && (shift.status === 'late' || (shift.late_ms ?? 0) > 0);
    case 'absent': return isAbsent(shift);
    // Who is signed in is present also in shifts that are hours away.
    case 'present': return (shift.status === 'present' || shift.status === 'late' || shift.status === 'out') && ahead <= SOON_MS;
    case 'on_leave': return shift.status === 'on_leave';
    case 'over': return shift.status === 'over' || shift.status === 'left_early';
  }
}

function grantOf(shift: Shift): GrantForm {
  const grant = shift.status === 'absent' || shift.status === 'on_leave' ? 'leave' as const : shift.status === 'left_early' ? 'early_leave' as const : shift.overtime_ms !== undefined ? 'overtime' as const : 'late' as const;
  return { kind: 'grant', agent: shift.agent, grant, since: shift.start };
}

function Status({ shift }: { readonly shift: Shift }): JSX.Element {
  const level = LEVEL[shift.status];
  return <Tag text={named('signin.status', shift.status)} {...(level ? { level } : {})} />;
}

function Deadline({ shift }: { readonly shift: Shift }): JSX.Element | null {
  const kind = shift.deadline_kind;
  if (shift.status === 'absent') return <Since at={shift.start} label={c('signin.past.start')} />;
  if (shift.deadline === undefined || kind === undefined) return null;
  const away = kind === 'break' || kind === 'break_over' || kind === 'return';
  return <Countdown at={shift.deadline} before={named('signin.deadline', kind)} after={away ? c('breaks.overrun') : named('signin.past', kind)} />;
}

function ShiftRow({ id, shift, gone }: { readonly id: string; readonly shift: Shift; readonly gone: boolean }): JSX.Element {
  const zone = zoneOf();
  return (
    <li class={`row shift-row${gone ? ' gone' : ''}`} data-row data-agent={shift.agent} data-shift={id} data-status={shift.status} tabIndex={-1}>
      <Who id={shift.agent} name={shift.name} seat={shift.seat} team={shift.team} link />
      <span class="row-shift muted">{c('ui.range', { from: minuteTime(shift.start, zone), to: minuteTime(shift.end, zone) })}</span>
      <span class="row-status"><Status shift={shift} />
        {shift.status !== 'absent' && isAbsent(shift) && <Tag text={c('signin.absent')} level="critical" />}
        {(shift.late_ms ?? 0) > 0 && <span class="level level-warning">{c('signin.lateBy', { n: duration(shift.late_ms) })}</span>}
        {(shift.early_leave_ms ?? 0) > 0 && <span class="level level-warning">{c('signin.earlyBy', { n: duration(shift.early_leave_ms) })}</span>}
        {shift.overtime_ms !== undefined && <span class={shift.overtime_granted ? 'muted' : 'level level-warning'} data-overtime>{c(shift.overtime_granted ? 'signin.overtime' : 'signin.overtimeOpen', { n: duration(shift.overtime_ms) })}</span>}
      </span>
      <span class="row-due"><Deadline shift={shift} /></span>
      <span class="row-adherence muted">{shift.adherence !== undefined ? `${c('signin.adherence')} ${percent(shift.adherence)}` : ''}</span>
      <span class="row-acts">
        <Action text={c('alerts.grant')} icon="grant" act="grant" onClick={() => openForm(grantOf(shift))} />
        <Action text={c('swap.title')} icon="swap" act="swap" bare onClick={() => openForm({ kind: 'swap', agent: shift.agent })} />
      </span>
    </li>
  );
}

function Figures({ a, absent }: { readonly a: Attendance; readonly absent: number }): JSX.Element {
  return (
    <div class="tiles-row">
      <Tile label={c('signin.rate')} value={percent(a.attendance_rate)} level={a.attendance_level} {...(a.attendance_goal === undefined ? {} : { note: c('signin.goal', { n: percent(a.attendance_goal) }) })} />
      <Tile label={c('signin.adherence')} value={percent(a.adherence)} level={a.adherence_level} {...(a.adherence_goal === undefined ? {} : { note: c('signin.goal', { n: percent(a.adherence_goal) }) })} />
      <Tile label={c('signin.due')} value={count(a.due)} />
      <Tile label={c('signin.attended')} value={count(a.attended)} />
      <Tile label={c('signin.pending')} value={count(a.pending)} level={a.pending ? 'warning' : undefined} />
      <Tile label={c('signin.absent')} value={count(absent)} level={absent ? 'critical' : undefined} />
      <Tile label={c('signin.late')} value={count(a.late)} level={a.late ? 'warning' : undefined} />
      <Tile label={c('signin.leave')} value={count(a.leave)} />
      <Tile label={c('signin.slots')} value={count(a.slots_left)} level={a.slots_left !== undefined && a.slots_left < 0 ? 'critical' : undefined} />
    </div>
  );
}

function exportAbsentees(list: readonly Shift[]): void {
  const zone = zoneOf();
  const rows = list.map((s) => [site.peek()?.day, s.agent, s.name, s.team, s.seat, minuteTime(s.start, zone), minuteTime(s.end, zone), named('signin.status', s.status)]);
  const head = ['roster.date', 'field.agent', 'field.name', 'field.team', 'field.seat', 'field.start', 'field.end'] as const;
  download(`${c('signin.fileAbsentees')}-${site.peek()?.day ?? ''}.csv`, toCsv([...head.map((key) => c(key)), c('signin.shift')], rows));
}

function byNeed([, a]: readonly [string, Shift], [, b]: readonly [string, Shift]): number {
  return SHIFT_STATUSES.indexOf(a.status) - SHIFT_STATUSES.indexOf(b.status) || a.start - b.start || COLLATE.compare(a.seat ?? a.agent, b.seat ?? b.agent);
}

export function SignIn(): JSX.Element {
  const minute = useComputed(() => Math.floor(now.value / 60_000) * 60_000).value;
  const words = search.value.trim();
  const team = teamFilter.value;
  const today = shiftsToday.value;
  const all = Object.entries(today ?? {}).filter(([, s]) => !team || s.team === team || whoOf(s.agent).team === team);
  const shown = all.filter(([, s]) => (words ? matches(whoOf(s.agent, s), words) : inFilter(filter.value, s, minute))).sort(byNeed);
  const { entries, hand } = useSteady(shown, `${filter.value}|${words}|${team ?? ''}`);
  if (!loaded.value || today === undefined) return <Waiting />;
  if (!Object.keys(today).length) {
    return <Nothing text={c('signin.none')} how={c('signin.noneHow')}><Action text={c('signin.upload')} icon="upload" kind="main" onClick={() => openForm({ kind: 'upload' })} /></Nothing>;
  }
  const names: { readonly [F in SigninFilter]: string } = {
    attention: c('signin.attention'), all: c('ui.all'), not_yet: c('signin.status.not_yet'), late: c('signin.status.late'), absent: c('signin.status.absent'),
    present: c('signin.status.present'), on_leave: c('signin.status.on_leave'), over: c('signin.status.over'),
  };
  const choices = SIGNIN_FILTERS.map((id): Choice<SigninFilter> => ({ id, text: names[id], count: all.filter(([, s]) => inFilter(id, s, minute)).length, alarm: id === 'absent' }));
  const absent = all.filter(([, s]) => isAbsent(s)).map(([, s]) => s);
  const figures = team === undefined ? attendance.value : teamAttendance.value[team];
  return (
    <>
      {figures && <Figures a={figures} absent={absent.length} />}
      <div class="toolbar">
        <Filters label={c('floor.filter')} value={filter.value} pick={(f) => { filter.value = f; search.value = ''; }} choices={choices} />
        <TeamChoice /><SearchField />
        <Action text={c('signin.absentees')} icon="download" off={!absent.length} onClick={() => exportAbsentees(absent)} />
      </div>
      {entries.length ? <ul class="rows panel" {...hand}>{entries.map(({ id, item, gone }) => <ShiftRow key={id} id={id} shift={item} gone={gone} />)}</ul>
        : <Nothing text={words || filter.value !== 'attention' ? c('ui.nothingFound') : c('signin.noneAttention')} />}
    </>
  );
}
