// One tile a team: who is there, in which states, and how their time is spent.
import type { JSX } from 'preact';
import { count, oneDecimal, percent } from '../../i18n/format';
import { label, t, type FigureId } from '../../i18n';
import type { Explained } from '../../store/dialog';
import { teams } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { TeamView } from '../../wire/types';
import { phone, rem } from '../box';
import { Fig } from '../fig';
import type { Reading } from '../figures';
import { Empty, Frame } from '../frame';
import { StateIcon } from '../icons';
import { shareOf } from '../../store/history';
import { STAFFED_STATES, StateBar } from './agent_states';
import { tiling } from './totals';

type TeamFigure = 'staffed' | 'idle' | 'non_service' | 'occupancy' | 'calls_per_hour' | 'handled' | 'work_efficiency';
const SHARES: readonly TeamFigure[] = ['work_efficiency', 'idle', 'non_service', 'calls_per_hour'];
const HOUR = 3_600_000;

function hours(ms: number): string {
  return t('dialog.hours', { n: oneDecimal(ms / HOUR) });
}

export function readTeam(id: TeamFigure, team: TeamView, window: 'today' | 'interval'): Reading {
  const k = team[window];
  const staffed = k.staffed_ms ?? 0;
  const share = (value: number | undefined, name: 'idle' | 'non_service' | 'work_efficiency'): Reading => {
    const own = shareOf(name, [k]);
    return { text: percent(value ?? own), num: hours((own ?? 0) * staffed), den: hours(staffed) };
  };
  switch (id) {
    case 'staffed': return { text: t('team.of', { n: team.now.staffed, m: team.now.agents }) };
    case 'handled': return { text: count(k.handled ?? 0) };
    case 'work_efficiency': return share(k.utilisation, 'work_efficiency');
    case 'idle': return share(k.idle, 'idle');
    case 'non_service': return share(k.non_service, 'non_service');
    case 'occupancy': return { text: percent(k.occupancy) };
    case 'calls_per_hour': return { text: oneDecimal(k.calls_per_hour), num: count(k.handled ?? 0), den: hours(staffed - (k.meal_ms ?? 0) - (k.meeting_ms ?? 0)) };
  }
}

function explain(id: string, figure: TeamFigure, window: 'today' | 'interval'): () => Explained {
  return () => ({
    kind: 'figure', id: figure as FigureId, scope: () => teams.value?.teams[id]?.name ?? id, window: figure === 'staffed' ? 'now' : window,
    read: () => {
      const team = teams.value?.teams[id];
      return team && readTeam(figure, team, window);
    },
  });
}

type Rank = NonNullable<WidgetOf<'teams'>['rank']>;

function valueOf(id: string, rank: Rank, window: 'today' | 'interval'): number | undefined {
  const attendance = teams.value?.attendance?.[id];
  if (rank === 'handled') return teams.value?.teams[id]?.[window].handled ?? 0;
  return rank === 'attendance' ? attendance?.attendance_rate : attendance?.adherence;
}

/** The place of each: equals share one, and who has no figure has none. */
function placesOf(ids: readonly string[], rank: Rank, window: 'today' | 'interval'): ReadonlyMap<string, number> {
  const values = ids.map((id) => valueOf(id, rank, window));
  return new Map(ids.flatMap((id, i) => {
    const own = values[i];
    return own === undefined ? [] : [[id, 1 + values.filter((v) => v !== undefined && v > own).length] as const];
  }));
}

function Tile({ id, team, window, em, place, ranked }: {
  readonly id: string; readonly team: TeamView; readonly window: 'today' | 'interval'; readonly em: number; readonly place?: number | undefined; readonly ranked?: string | undefined;
}): JSX.Element {
  const states = team.now.states;
  const shown = STAFFED_STATES.filter((s) => (states[s] ?? 0) > 0);
  return (
    <article class="panel" style={{ fontSize: `${em}px` }} data-team={id}>
      <header><h3 class="ellipsis">{place !== undefined && <b class="place">{place}</b>}{team.name ?? id}</h3>
        <Fig explain={explain(id, 'staffed', window)} class="cell staffed" figure="staffed"><span class="label">{t('team.staffed')}</span><span class="value">{readTeam('staffed', team, window).text}</span></Fig></header>
      <div class="states">
        <StateBar states={states} />
        <ul class="state-list">
          {shown.map((s) => <li key={s} class={`s-${s}`}><StateIcon state={s} /><span class="name">{t(`state.${s}`)}</span><b>{count(states[s])}</b></li>)}
        </ul>
      </div>
      {ranked !== undefined && <p class="ranked">{ranked}</p>}
      <div class="panel-figures shares">
        {SHARES.map((f) => (
          <Fig key={f} explain={explain(id, f, window)} class="cell" figure={f}><span class="label">{label(f as FigureId)}</span><span class="value">{readTeam(f, team, window).text}</span></Fig>
        ))}
      </div>
    </article>
  );
}

export function Teams({ widget }: { readonly widget: WidgetOf<'teams'> }): JSX.Element {
  const window = widget.window ?? 'today';
  const all = teams.value?.teams ?? {};
  const named = (widget.teams ?? Object.keys(all).sort()).filter((id) => all[id]);
  const { rank } = widget;
  const places = rank && placesOf(named, rank, window);
  const ids = places ? [...named].sort((a, b) => (places.get(a) ?? Infinity) - (places.get(b) ?? Infinity) || (a < b ? -1 : 1)) : named;
  const shown = (id: string): string | undefined => {
    const value = rank && valueOf(id, rank, window);
    return value === undefined ? undefined : rank === 'handled' ? `${label('handled')} ${count(value)}` : `${t(rank === 'attendance' ? 'att.rate' : 'att.adherence')} ${percent(value)}`;
  };
  return (
    <Frame widget={widget} ready={teams.value !== undefined} note={t(`window.${window}`)}>
      {(box) => {
        if (!ids.length) return <Empty text={t('team.none')} />;
        const { columns, em } = phone.value ? { columns: 1, em: rem.value } : tiling(box, ids.length, 19.5, 12.6, rem.value * 2);
        return (
          <div class="panels" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
            {ids.map((id) => {
              const team = all[id];
              return team && <Tile key={id} id={id} team={team} window={window} em={em} place={places?.get(id)} ranked={shown(id)} />;
            })}
          </div>
        );
      }}
    </Frame>
  );
}
