// Agents by state: one bar and the counts.
import type { JSX } from 'preact';
import { count } from '../../i18n/format';
import { label, t } from '../../i18n';
import type { Explained } from '../../store/dialog';
import { site, teams } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import { AGENT_STATES, type AgentState, type States } from '../../wire/types';
import { phone, rem } from '../box';
import { Fig } from '../fig';
import type { Reading } from '../figures';
import { Frame } from '../frame';
import { StateIcon } from '../icons';
import { nameOf, SITE } from '../source';
import { tiling } from './totals';

/** The states in which somebody can be counted as staffed. */
export const STAFFED_STATES = AGENT_STATES.filter((s): s is Exclude<AgentState, 'offline'> => s !== 'offline');

function statesOf(team: string | undefined): { states: States; staffed: number } | undefined {
  if (team === undefined) {
    const live = site.value?.now;
    return live && { states: live.agents, staffed: live.staffed };
  }
  const found = teams.value?.teams[team];
  return found && { states: found.now.states, staffed: found.now.staffed };
}

export function StateBar({ states }: { readonly states: States }): JSX.Element {
  const shown = STAFFED_STATES.filter((s) => (states[s] ?? 0) > 0);
  return (
    <span class="state-bar" aria-hidden="true">
      {shown.map((s) => <span key={s} class={`part s-${s}`} style={{ flexGrow: states[s] ?? 0 }} />)}
    </span>
  );
}

export function AgentStates({ widget }: { readonly widget: WidgetOf<'agent_states'> }): JSX.Element {
  const { team } = widget;
  const found = statesOf(team);
  const scope = (): string => (team === undefined ? nameOf(SITE) : (teams.value?.teams[team]?.name ?? team));
  const explain = (state: AgentState): Explained => ({
    kind: 'figure', id: 'agents_in_state', state, scope, window: 'now',
    read: (): Reading | undefined => {
      const it = statesOf(team);
      return it && { text: count(it.states[state] ?? 0) };
    },
  });
  const note = found && `${team === undefined ? '' : `${scope()} · `}${label('staffed')} ${count(found.staffed)}`;
  return (
    <Frame widget={widget} ready={found !== undefined} {...(note === undefined ? {} : { note })}>
      {(box) => {
        if (!found) return null;
        const bar = widget.show !== 'counts';
        const counts = widget.show !== 'bar';
        const h = bar && counts ? box.h - Math.min(box.h * 0.24, rem.value * 1.6) - rem.value * 0.3 : box.h;
        const tiles = phone.value ? { columns: 4, em: rem.value * 1.15 } : tiling({ w: box.w, h }, STAFFED_STATES.length, 4.6, 2.35, rem.value * 2.3);
        return (
          <div class="agent-states">
            {bar && <StateBar states={found.states} />}
            {counts && (
              <div class="state-tiles" style={{ gridTemplateColumns: `repeat(${tiles.columns}, minmax(0, 1fr))`, fontSize: `${tiles.em}px` }}>
                {STAFFED_STATES.map((s) => (
                  <Fig key={s} explain={() => explain(s)} class={`state-tile s-${s}${found.states[s] ? '' : ' zero'}`} figure={`state_${s}`}>
                    <span class="number"><StateIcon state={s} />{count(found.states[s] ?? 0)}</span>
                    <span class="label">{t(`state.${s}`)}</span>
                  </Fig>
                ))}
              </div>
            )}
          </div>
        );
      }}
    </Frame>
  );
}
