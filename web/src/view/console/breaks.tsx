// Breaks: who is out and when they are due back, and what is left of everybody's allowances.
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { c, minutes, stateName } from '../../i18n/console';
import { duration, minuteTime } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { search, teamFilter } from '../../store/console_route';
import { agents, breakEach, COLLATE, matches, policy, shiftAt, shifts, teamName, whoOf } from '../../store/console_views';
import { now } from '../../store/time';
import { figuresAt, loaded } from '../../store/wall';
import type { Shift } from '../../wire/console';
import type { AgentView } from '../../wire/types';
import { StateIcon } from '../icons';
import { recall } from './acts';
import { Action, Countdown, Nothing, reasonOf, SearchField, Send, Since, Tag, TeamChoice, useSteady, Waiting, Who, zoneOf } from './parts';
import { grantFor } from './presets';

interface Out {
  readonly agent: AgentView;
  readonly since: number;
  /** When they are due back; undefined: no limit is known. */
  readonly due: number | undefined;
  readonly allowance: number | undefined;
  readonly excess: boolean;
}

function outOf(id: string, agent: AgentView, at: number): Out {
  const shift = shiftAt(id, at);
  const running = shift?.breaks?.find((b) => b.end === undefined);
  const ofShift = shift?.deadline_kind === 'break' || shift?.deadline_kind === 'break_over' || shift?.deadline_kind === 'return' ? shift.deadline : undefined;
  const ofAgent = agent.limit_ms === undefined ? undefined : agent.since + agent.limit_ms;
  return { agent, since: running?.start ?? agent.since, due: ofShift ?? ofAgent, allowance: running?.allowance_ms ?? agent.limit_ms, excess: running?.excess ?? false };
}

// Who signed out during a break is on it until they are back in service.
function isOut(id: string, agent: AgentView, at: number): boolean {
  return agent.state === 'break' || agent.state === 'meal' || (agent.state === 'offline' && (shiftAt(id, at)?.breaks?.some((b) => b.end === undefined) ?? false));
}

function OutRow({ id, out, gone }: { readonly id: string; readonly out: Out; readonly gone: boolean }): JSX.Element {
  const zone = zoneOf();
  const reason = reasonOf(out.agent);
  return (
    <li class={`row out-row s-${out.agent.state}${gone ? ' gone' : ''}`} data-row data-agent={id} tabIndex={-1}>
      <Who id={id} link />
      <span class="row-state"><StateIcon state={out.agent.state} />{stateName(out.agent.state)}{reason === undefined ? '' : ` · ${reason}`}</span>
      <span class="row-due">
        {gone ? <Tag text={c('ui.gone')} /> : out.due === undefined ? <Since at={out.since} /> : <Countdown at={out.due} before={c('breaks.dueBack')} after={c('breaks.overrun')} />}
        <span class="muted">{c('breaks.since', { time: minuteTime(out.since, zone) })}{out.due !== undefined ? ` · ${c('breaks.due', { time: minuteTime(out.due, zone) })}` : ` · ${c('breaks.noLimit')}`}
          {out.allowance !== undefined ? ` · ${c('breaks.allowance', { n: minutes(out.allowance) })}` : ''}</span>
        {out.excess && <Tag text={c('breaks.excess')} level="critical" />}
      </span>
      <span class="row-acts">
        <Send of={`recall/${id}`} text={c('breaks.recall')} icon="recall" act="recall" off={gone} onClick={() => void recall(id)} />
        <Action text={c('breaks.extend')} icon="grant" act="grant" off={gone} onClick={() => openForm(grantFor(id, out.agent))} />
      </span>
    </li>
  );
}

function Together({ out }: { readonly out: readonly (readonly [string, Out])[] }): JSX.Element | null {
  const most = policy.value?.rules['break.together']?.limits?.['most'];
  const limit = typeof most === 'number' && policy.value?.rules['break.together']?.on !== false ? most : undefined;
  const by = new Map<string, number>();
  for (const [id, one] of out) if (one.agent.state !== 'meal') by.set(whoOf(id).team ?? '', (by.get(whoOf(id).team ?? '') ?? 0) + 1);
  if (!by.size) return null;
  return (
    <ul class="together">
      {[...by].sort(([a], [b]) => COLLATE.compare(a, b)).map(([team, n]) => {
        const many = limit !== undefined && n > limit;
        return <li key={team}><Tag text={`${team === '' ? c('floor.noTeam') : teamName(team)} ${limit === undefined ? c('breaks.together', { n }) : c('breaks.togetherOf', { n, m: limit })}${many ? ` · ${c('breaks.tooMany')}` : ''}`} {...(many ? { level: 'critical' as const } : {})} /></li>;
      })}
    </ul>
  );
}

function Left({ shift }: { readonly shift: Shift }): JSX.Element {
  const left = shift.allowances_left;
  if (shift.unlimited) return <span class="muted">{breakEach.value === undefined ? c('breaks.unlimitedPlain') : c('breaks.unlimited', { n: minutes(breakEach.value) })}</span>;
  if (left === undefined) return <span class="muted">–</span>;
  if (!left.length) return <Tag text={c('breaks.exhausted')} level="warning" />;
  return <span class="allowances">{[...left].sort((a, b) => b - a).map((ms, i) => <span key={i} class="allowance">{minutes(ms)}</span>)}</span>;
}

function AllowanceRow({ shift }: { readonly shift: Shift }): JSX.Element {
  const taken = shift.breaks ?? [];
  const over = taken.filter((b) => (b.overrun_ms ?? 0) > 0 && !b.excused);
  const overrun = over.reduce((sum, b) => sum + (b.overrun_ms ?? 0), 0);
  return (
    <li class="row allowance-row" data-row data-agent={shift.agent} tabIndex={-1}>
      <Who id={shift.agent} name={shift.name} seat={shift.seat} team={shift.team} link />
      <span class="row-taken">
        {c('breaks.used', { n: taken.length })}
        {over.length > 0 && <span class="level level-warning"> {c('breaks.overruns', { n: over.length })} +{duration(overrun)}</span>}
      </span>
      <Left shift={shift} />
    </li>
  );
}

const PRESENT: readonly string[] = ['present', 'out', 'late', 'not_yet', 'due'];

export function Breaks(): JSX.Element {
  // By the minute: who is within a shift does not change faster.
  const minute = useComputed(() => Math.floor(now.value / 60_000) * 60_000).value;
  const words = search.value.trim();
  const wanted = (id: string): boolean => (!teamFilter.value || whoOf(id).team === teamFilter.value) && (!words || matches(whoOf(id), words));
  const out = Object.entries(agents.value ?? {})
    .filter(([id, a]) => isOut(id, a, minute) && wanted(id))
    .map(([id, a]) => [id, outOf(id, a, figuresAt.peek())] as const)
    .sort(([, a], [, b]) => (a.due ?? Infinity) - (b.due ?? Infinity) || a.since - b.since);
  const { entries, hand } = useSteady(out, `${words}|${teamFilter.value ?? ''}`);
  if (!loaded.value || !agents.value) return <Waiting />;
  const left = Object.entries(shifts.value ?? {})
    .filter(([, s]) => PRESENT.includes(s.status) && s.start <= minute && minute < s.end && wanted(s.agent))
    .sort(([, a], [, b]) => COLLATE.compare(a.seat ?? a.agent, b.seat ?? b.agent));
  return (
    <>
      <div class="toolbar"><TeamChoice /><SearchField /></div>
      <div class="columns">
        <section class="panel" aria-labelledby="out">
          <h2 id="out">{c('breaks.out')} <b>{out.length}</b></h2>
          <Together out={out} />
          {entries.length ? <ul class="rows" {...hand}>{entries.map(({ id, item, gone }) => <OutRow key={id} id={id} out={item} gone={gone} />)}</ul> : <Nothing text={c('breaks.none')} />}
        </section>
        <section class="panel" aria-labelledby="left">
          <h2 id="left">{c('breaks.left')}</h2>
          {left.length ? <ul class="rows dense">{left.map(([key, s]) => <AllowanceRow key={key} shift={s} />)}</ul> : <Nothing text={shifts.value && Object.keys(shifts.value).length ? c('ui.nothingFound') : c('breaks.noShifts')} />}
        </section>
      </div>
    </>
  );
}
