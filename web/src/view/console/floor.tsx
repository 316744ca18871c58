// The floor: everybody by team, in what state and for how long; filters find who needs somebody.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, stateName } from '../../i18n/console';
import { duration, percent } from '../../i18n/format';
import { t } from '../../i18n';
import { floorFilter as filter, FLOOR_FILTERS as FILTERS, type FloorFilter as Filter } from '../../store/console_filters';
import { goTo, search, teamFilter } from '../../store/console_route';
import { openForm } from '../../store/console_dialog';
import { agents, COLLATE, matches, shifts, teamAttendance, teamName, whoOf, type Who as Person } from '../../store/console_views';
import { mayWrite } from '../../store/console_session';
import { figuresAt, loaded, teams } from '../../store/wall';
import type { AgentView } from '../../wire/types';
import { Elapsed, limitMark } from '../elapsed';
import { LevelIcon, StateIcon } from '../icons';
import { Action, Filters, Nothing, reasonOf, SearchField, TeamChoice, useSteady, Waiting, type Steady } from './parts';
import { grantFor } from './presets';

const HANDLING: readonly string[] = ['ringing', 'dialing', 'talking', 'hold', 'wrapup'];

export function isOver(agent: AgentView, at: number): boolean {
  return agent.state !== 'offline' && limitMark(agent.since, agent.limit_ms, agent.marks?.includes('over_limit') ?? false, at) === 'over';
}

export function passes(which: Filter, agent: AgentView, at: number): boolean {
  switch (which) {
    case 'all': return agent.state !== 'offline';
    case 'over': return isOver(agent, at);
    case 'break': return agent.state === 'break' || agent.state === 'meal';
    case 'busy': return agent.state === 'busy';
    case 'idle': return agent.state === 'ready';
    case 'handling': return HANDLING.includes(agent.state);
    case 'offline': return agent.state === 'offline';
  }
}

type Entry = readonly [id: string, agent: AgentView];

function bySeat(a: Person, b: Person): number {
  return COLLATE.compare(a.seat ?? a.id, b.seat ?? b.id) || COLLATE.compare(a.id, b.id);
}

function Card({ id, agent, dim }: { readonly id: string; readonly agent: AgentView; readonly dim: boolean }): JSX.Element {
  const current = useSignal(agent);
  if (current.peek() !== agent) current.value = agent;
  const mark = useComputed(() => {
    const a = current.value;
    return a.state === 'offline' ? undefined : limitMark(a.since, a.limit_ms, a.marks?.includes('over_limit') ?? false, figuresAt.value);
  }).value;
  const who = whoOf(id);
  const reason = reasonOf(agent);
  return (
    <li class={`agent-card s-${agent.state}${mark ? ` limit-${mark}` : ''}${dim ? ' gone' : ''}`} data-row data-agent={id} data-state={agent.state} tabIndex={-1}>
      <a class="card-main" href={`#agent/${encodeURIComponent(id)}`} data-act="open">
        <span class="card-who">{who.seat !== undefined && <span class="seat">{who.seat}</span>}<span class="name ellipsis">{who.name ?? id}</span>
          {mark && <span class="mark" title={t(`agent.${mark}`)}><LevelIcon level={mark === 'over' ? 'critical' : 'warning'} /><span class="unseen">{t(`agent.${mark}`)}</span></span>}</span>
        <span class="card-state"><StateIcon state={agent.state} /><span>{stateName(agent.state)}</span>{reason !== undefined && <span class="why ellipsis">{reason}</span>}</span>
        <span class="card-time">
          <b class="time"><Elapsed since={agent.since} /></b>
          {agent.limit_ms !== undefined && <span class="limit">/ {duration(agent.limit_ms)}</span>}
        </span>
      </a>
      {mark && mayWrite.value && <Action text={c('alerts.grant')} icon="grant" act="grant" kind="quiet" bare onClick={() => openForm(grantFor(id, agent))} />}
    </li>
  );
}

function TeamHead({ id, shown }: { readonly id: string; readonly shown: number }): JSX.Element {
  const team = teams.value?.teams[id];
  const a = teamAttendance.value[id];
  return (
    <h2 class="team-head">
      <span class="name">{id === '' ? c('floor.noTeam') : teamName(id)}</span>
      <span class="muted">{team ? c('floor.staffed', { n: team.now.staffed, m: team.now.agents }) : c('ui.count', { n: shown })}</span>
      {a?.attendance_rate !== undefined && (
        <span class={a.attendance_level === 'critical' ? 'level level-critical' : 'muted'}>
          {a.attendance_level === 'critical' && <LevelIcon level="critical" />}{c('floor.attendance', { n: percent(a.attendance_rate) })}
        </span>
      )}
    </h2>
  );
}

function groups(entries: readonly Steady<AgentView>[]): readonly (readonly [string, readonly Steady<AgentView>[]])[] {
  const by = new Map<string, Steady<AgentView>[]>();
  for (const entry of entries) {
    const team = whoOf(entry.id).team ?? '';
    const list = by.get(team);
    if (list) list.push(entry);
    else by.set(team, [entry]);
  }
  return [...by].sort(([a], [b]) => COLLATE.compare(a, b));
}

// How many of each, counted again when a state changes or a limit passes, not drawn every second.
function useCounts(): { readonly [F in Filter]: number } {
  const text = useComputed(() => {
    const at = figuresAt.value;
    const all = Object.entries(agents.value ?? {}).filter(([id]) => !teamFilter.value || whoOf(id).team === teamFilter.value);
    return JSON.stringify(FILTERS.map((f) => all.filter(([, a]) => passes(f, a, at)).length));
  }).value;
  const numbers = text.slice(1, -1).split(',').map(Number);
  const of = (f: Filter): number => numbers[FILTERS.indexOf(f)] ?? 0;
  return { all: of('all'), over: of('over'), break: of('break'), busy: of('busy'), idle: of('idle'), handling: of('handling'), offline: of('offline') };
}

function useShown(): readonly Entry[] {
  // Over the limit comes with time alone: looked at each second, taken on only when somebody has passed it.
  const over = useComputed(() => {
    if (filter.value !== 'over') return '';
    const at = figuresAt.value;
    return Object.entries(agents.value ?? {}).filter(([, a]) => isOver(a, at)).map(([id]) => id).join();
  });
  over.value;
  const at = figuresAt.peek();
  const words = search.value.trim();
  return Object.entries(agents.value ?? {})
    .filter(([id, a]) => (words ? matches(whoOf(id), words) : passes(filter.value, a, at)) && (!teamFilter.value || whoOf(id).team === teamFilter.value))
    .sort(([a], [b]) => bySeat(whoOf(a), whoOf(b)));
}

function pick(next: Filter): void {
  filter.value = next;
  search.value = '';
}

export function Floor(): JSX.Element {
  const counts = useCounts();
  const shown = useShown();
  const { entries, hand } = useSteady(shown, `${filter.value}|${search.value}|${teamFilter.value ?? ''}`);
  if (!loaded.value || !agents.value) return <Waiting />;
  const names: { readonly [F in Filter]: string } = {
    all: c('ui.all'), over: c('floor.over'), break: c('floor.break'), busy: c('floor.busy'), idle: c('floor.idle'), handling: c('floor.handling'), offline: c('floor.offline'),
  };
  return (
    <>
      <div class="toolbar">
        <Filters label={c('floor.filter')} value={filter.value} pick={pick} choices={FILTERS.map((id) => ({ id, text: names[id], count: counts[id], alarm: id === 'over' }))} />
        <TeamChoice />
        <SearchField />
        <Action text={c('floor.notice')} icon="notice" act="notice" onClick={() => openForm({ kind: 'notice' })} />
      </div>
      {entries.length === 0
        ? <Nothing text={search.value.trim() ? c('ui.nothingFound') : filter.value === 'over' ? c('floor.noneOver') : filter.value === 'all' ? c('floor.none') : c('ui.nothingFound')}
            {...(filter.value === 'all' && !search.value.trim() && Object.keys(shifts.value ?? {}).length === 0 ? { how: c('signin.none') } : {})} />
        : (
          <div {...hand}>
            {groups(entries).map(([team, list]) => (
              <section key={team} class="team">
                <TeamHead id={team} shown={list.length} />
                <ul class="cards-grid">{list.map(({ id, item, gone }) => <Card key={id} id={id} agent={item} dim={gone} />)}</ul>
              </section>
            ))}
          </div>
        )}
    </>
  );
}

/** Opens the one that is left of a search. */
export function openFirst(): void {
  const words = search.peek().trim();
  if (!words) return;
  const first = document.querySelector<HTMLElement>('main [data-row][data-agent]')?.dataset['agent'];
  if (first !== undefined) goTo({ section: 'agent', agent: first });
}
