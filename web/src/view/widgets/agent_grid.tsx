// One cell an agent: who, what state, for how long, and whether it is too long.
import type { JSX } from 'preact';
import { useComputed, useSignal } from '@preact/signals';
import { label, t } from '../../i18n';
import { explained } from '../../store/dialog';
import { now } from '../../store/time';
import { agentsOf, figuresAt, site, teams } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import { AGENT_STATES, type AgentView } from '../../wire/types';
import { fitAgents, type Cell } from '../agent_fit';
import { emWidth, phone, rem } from '../box';
import { Elapsed, limitMark } from '../elapsed';
import { Empty, Frame } from '../frame';
import { LevelIcon, StateIcon } from '../icons';

type GridWidget = WidgetOf<'agent_grid'>;
type Entry = readonly [id: string, agent: AgentView];

interface Group {
  readonly id: string;
  readonly name: string;
  readonly entries: readonly Entry[];
}

const TURN_MS = 10_000;
const COLLATE = new Intl.Collator('en', { numeric: true });

export function labelOf(id: string, agent: AgentView, choice: GridWidget['label'], names: boolean): string {
  switch (choice ?? 'auto') {
    case 'id': return id;
    case 'seat': return agent.seat ?? id;
    case 'name': return (names ? agent.name : undefined) ?? id;
    default: return (names ? agent.name : undefined) ?? agent.seat ?? id;
  }
}

function sorter(sort: GridWidget['sort']): (a: Entry, b: Entry) => number {
  const byId = ([a]: Entry, [b]: Entry): number => COLLATE.compare(a, b);
  switch (sort ?? 'id') {
    case 'state': return (a, b) => AGENT_STATES.indexOf(a[1].state) - AGENT_STATES.indexOf(b[1].state) || a[1].since - b[1].since || byId(a, b);
    case 'time': return (a, b) => a[1].since - b[1].since || byId(a, b);
    default: return byId;
  }
}

/** The agents to show, in groups and in order. */
export function groupAgents(all: readonly Entry[], widget: Pick<GridWidget, 'group_by' | 'sort' | 'offline'>, teamName: (id: string) => string): readonly Group[] {
  const order = sorter(widget.sort);
  const shown = all.filter(([, a]) => widget.offline || a.state !== 'offline');
  if (widget.group_by === 'none') return [{ id: '', name: '', entries: [...shown].sort(order) }];
  const groups = new Map<string, Entry[]>();
  for (const entry of shown) {
    const team = entry[1].team ?? '';
    const list = groups.get(team);
    if (list) list.push(entry);
    else groups.set(team, [entry]);
  }
  return [...groups].sort(([a], [b]) => COLLATE.compare(a, b)).map(([id, entries]) => ({ id, name: teamName(id), entries: entries.sort(order) }));
}

function AgentCell({ id, agent, text, team, words }: {
  readonly id: string; readonly agent: AgentView; readonly text: string; readonly team: string | undefined; readonly words: boolean;
}): JSX.Element {
  const current = useSignal(agent);
  if (current.peek() !== agent) current.value = agent;
  const mark = useComputed(() => {
    const a = current.value;
    return limitMark(a.since, a.limit_ms, a.marks?.includes('over_limit') ?? false, figuresAt.value);
  }).value;
  return (
    <button type="button" class={`agent s-${agent.state}${mark ? ` limit-${mark}` : ''}`} data-agent={id} data-state={agent.state} aria-haspopup="dialog"
      onClick={() => { explained.value = { kind: 'agent', id, team }; }}>
      <span class="who"><StateIcon state={agent.state} /><span class="ellipsis">{text}</span></span>
      <span class="what">
        {mark ? <span class="mark"><LevelIcon level={mark === 'over' ? 'critical' : 'warning'} /><span class={mark === 'over' && words ? '' : 'unseen'}>{t(`agent.${mark}`)}</span></span> : null}
        <span class={words && mark !== 'over' && !(mark === 'near') ? 'state' : 'unseen'}>{t(`state.${agent.state}`)}</span>
        <span class="time"><Elapsed since={agent.since} /></span>
      </span>
    </button>
  );
}

function GroupHead({ group, own }: { readonly group: Group; readonly own: boolean }): JSX.Element {
  const team = teams.value?.teams[group.id];
  const staffed = team ? `${team.now.staffed} / ${team.now.agents}` : String(group.entries.length);
  const content = <><span class="name ellipsis">{group.name}</span><span class="staffed">{label('staffed')} <b>{staffed}</b></span></>;
  return own ? <h3 class="group-head">{content}</h3> : <h3 class="agent group-cell">{content}</h3>;
}

/** Cell sizes in em for these labels: with the state in words, and without. */
function cellSizes(labels: readonly string[]): { words: Cell; bare: Cell } {
  const widest = Math.min(5.5, Math.max(2.2, ...labels.map(emWidth)));
  const stateEm = Math.max(...AGENT_STATES.filter((s) => s !== 'offline').map((s) => emWidth(t(`state.${s}`))), emWidth(t('agent.over')) + 1.1) * 0.68;
  return { words: { w: Math.max(widest + 1.4, stateEm + 2.9) + 0.9, h: 2.95 }, bare: { w: Math.max(widest + 1.35, 3.6) + 0.7, h: 2.7 } };
}

export function AgentGrid({ widget }: { readonly widget: GridWidget }): JSX.Element {
  const view = agentsOf(widget.team).value;
  const turn = useComputed(() => Math.floor(now.value / TURN_MS));
  const names = site.value?.names === true;
  const groups = groupAgents(Object.entries(view?.agents ?? {}), widget, (id) => teams.value?.teams[id]?.name ?? (id || '–'));
  const total = groups.reduce((n, g) => n + g.entries.length, 0);
  const grouped = widget.group_by !== 'none';
  return (
    <Frame widget={widget} ready={view !== undefined} note={String(total)}>
      {(box) => {
        if (!total) return <Empty text={t('agent.none')} />;
        const text = new Map(groups.flatMap((g) => g.entries.map(([id, a]) => [id, labelOf(id, a, widget.label, names)] as const)));
        const sizes = groups.map((g) => g.entries.length);
        const cells = cellSizes([...text.values()]);
        const unit = rem.value;
        const space = { w: box.w, h: box.h, gap: Math.max(2, unit * 0.18), most: unit * 2, least: unit * 0.5 };
        const flows = phone.value;
        let words = true;
        let layout = flows ? ({ mode: 'blocks', blocks: 1, columns: Math.max(2, Math.floor(box.w / (unit * cells.words.w))), em: unit * 0.95, row: unit * 0.95 * cells.words.h } as const)
          : fitAgents(sizes, grouped, cells.words, space);
        // Small type: rather larger squares without the word, the shape and the colour still say the state.
        if (!flows && layout.em < unit * 0.7) {
          words = false;
          layout = fitAgents(sizes, grouped, cells.bare, space);
        }
        const cellOf = ([id, agent]: Entry): JSX.Element => <AgentCell key={id} id={id} agent={agent} text={text.get(id) ?? id} team={widget.team} words={words} />;
        const style = (columns: number): { readonly [property: string]: string } => ({ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gap: `${space.gap}px`, gridAutoRows: `${layout.row}px` });
        if (layout.mode === 'blocks') {
          return (
            <div class="agent-blocks" style={{ gridTemplateColumns: `repeat(${layout.blocks}, minmax(0, 1fr))`, gap: `${space.gap * 3}px`, fontSize: `${layout.em}px` }}>
              {groups.map((g) => (
                <div key={g.id} class="agent-block">
                  {grouped && <GroupHead group={g} own />}
                  <div class="agent-cells" style={style(layout.mode === 'blocks' ? layout.columns : 1)}>{g.entries.map(cellOf)}</div>
                </div>
              ))}
            </div>
          );
        }
        const flat = groups.flatMap((g) => [...(grouped ? [<GroupHead key={`team/${g.id}`} group={g} own={false} />] : []), ...g.entries.map(cellOf)]);
        const pages = Math.ceil(flat.length / layout.capacity);
        const page = pages > 1 ? turn.value % pages : 0;
        return (
          <>
            <div class="agent-cells" style={{ ...style(layout.columns), fontSize: `${layout.em}px` }}>{flat.slice(page * layout.capacity, (page + 1) * layout.capacity)}</div>
            {pages > 1 && <p class="turn">{page + 1} / {pages}</p>}
          </>
        );
      }}
    </Frame>
  );
}

