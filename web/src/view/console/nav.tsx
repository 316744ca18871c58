// The sections and the way between them: a rail at the side of a desk, a bar under the thumb on a phone.
import type { JSX } from 'preact';
import { useComputed } from '@preact/signals';
import { c, type ConsoleKey } from '../../i18n/console';
import { hashOf, isOpenTo, lit, shownPlace, type Section } from '../../store/console_route';
import { onlySelf } from '../../store/console_session';
import { agents, isAbsent, shiftsToday, unacked, undecided, walk } from '../../store/console_views';
import { figuresAt } from '../../store/wall';
import { Sign } from './icons';
import { GO_KEYS } from './keys';

export const NAMES: { readonly [S in Section]: ConsoleKey } = {
  floor: 'go.floor', breaks: 'go.breaks', signin: 'go.signin', alerts: 'go.alerts', walk: 'go.walk', roster: 'go.roster', queues: 'go.queues', day: 'go.day', charts: 'go.charts', chat: 'go.chat', reports: 'go.reports', staffing: 'go.staffing', policy: 'go.policy', screens: 'go.screens', accounts: 'go.accounts', audit: 'go.audit', more: 'go.more',
};
const RAIL = ['floor', 'breaks', 'signin', 'alerts', 'walk', 'roster', 'queues', 'staffing', 'day', 'charts', 'reports', 'chat', 'policy', 'screens', 'accounts', 'audit', 'more'] as const;
const BAR = ['floor', 'alerts', 'walk', 'breaks', 'more'] as const;
export const EXTRA = ['signin', 'queues', 'day', 'staffing', 'charts', 'reports', 'chat', 'roster', 'policy', 'screens', 'accounts', 'audit'] as const;

interface Mark {
  readonly n: number;
  readonly level: 'critical' | 'warning' | 'info';
}

function markOf(section: Section, at: number): Mark | undefined {
  switch (section) {
    case 'alerts': {
      const n = unacked.value.length;
      return n ? { n, level: unacked.value.some(([, a]) => a.severity === 'critical') ? 'critical' : 'warning' } : undefined;
    }
    case 'walk': {
      const current = walk.value?.walk;
      return current ? { n: Object.values(current.items ?? {}).filter((item) => !item.tick).length || 1, level: current.state === 'reminded' ? 'critical' : 'warning' } : undefined;
    }
    case 'breaks': {
      const n = Object.values(agents.value ?? {}).filter((a) => a.state === 'break' && a.limit_ms !== undefined && at - a.since > a.limit_ms).length;
      return n ? { n, level: 'critical' } : undefined;
    }
    case 'signin': {
      const n = Object.values(shiftsToday.value ?? {}).filter(isAbsent).length;
      return n ? { n, level: 'critical' } : undefined;
    }
    case 'day': {
      const n = undecided.value.length;
      return n ? { n, level: 'info' } : undefined;
    }
    default: return undefined;
  }
}

export function Badge({ section }: { readonly section: Section }): JSX.Element | null {
  const text = useComputed(() => {
    const mark = markOf(section, figuresAt.value);
    return mark ? `${mark.level} ${mark.n}` : '';
  }).value;
  if (!text) return null;
  const [level = '', n = ''] = text.split(' ');
  return <b class={`badge badge-${level}`} aria-label={c('go.badge', { name: c(NAMES[section]), n })}>{n}</b>;
}

function Links({ sections, hint }: { readonly sections: readonly Section[]; readonly hint: boolean }): JSX.Element {
  // On a phone whatever the bar has no room for is found under "more".
  const self = onlySelf.value;
  const atSelf = self !== undefined && shownPlace.value.section === 'agent';
  const here = atSelf ? undefined : sections.includes(lit.value) ? lit.value : 'more';
  return (
    <>
      {self !== undefined && (
        <a class="nav-link" href={hashOf({ section: 'agent', agent: self })} data-section="agent" aria-current={atSelf ? 'page' : undefined}>
          <span class="nav-icon"><Sign name="person" /></span><span class="nav-text">{c('go.agent')}</span>
        </a>
      )}
      {sections.filter(isOpenTo).map((section) => (
        <a key={section} class="nav-link" href={`#${section}`} data-section={section} aria-current={section === here ? 'page' : undefined}>
          <span class="nav-icon"><Sign name={section} /></span><span class="nav-text">{c(NAMES[section])}</span><Badge section={section} />{hint && <kbd aria-hidden="true">{`g ${hintOf(section)}`}</kbd>}
        </a>
      ))}
    </>
  );
}

const hintOf = (section: Section): string => Object.entries(GO_KEYS).find(([, to]) => to === section)?.[0] ?? '';

export function Rail(): JSX.Element {
  return <nav class="rail" aria-label={c('go.menu')}><Links sections={RAIL} hint /></nav>;
}

export function Bar(): JSX.Element {
  return <nav class="bottom-bar" aria-label={c('go.menu')}><Links sections={BAR} hint={false} /></nav>;
}
