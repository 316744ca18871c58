// Open alerts, the gravest and oldest first. What does not fit takes turns.
import type { JSX } from 'preact';
import { useComputed } from '@preact/signals';
import { count, percent } from '../../i18n/format';
import { t, type Key } from '../../i18n';
import { now } from '../../store/time';
import { strip } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { Severity, StripAlert } from '../../wire/types';
import { phone, rem } from '../box';
import { Elapsed } from '../elapsed';
import { Empty, Frame } from '../frame';
import { LevelIcon } from '../icons';

const RANK: { readonly [S in Severity]: number } = { critical: 0, warning: 1, info: 2 };
const TURN_MS = 8000;

function subject(a: StripAlert): string {
  if (a.count !== undefined) return t('alerts.people', { n: a.count });
  if (a.kind === 'site') return t('alerts.site');
  return a.kind === 'team' ? t('alerts.team', { id: a.label ?? '' }) : a.kind === 'walk' ? (a.label ?? '').slice(-5) : a.label ?? '';
}

function figure(a: StripAlert): string {
  if (a.value === undefined) return '';
  return a.unit === 'ppm' ? percent(a.value / 1e6) : count(a.value);
}

export function Alerts({ widget }: { readonly widget: WidgetOf<'alerts'> }): JSX.Element {
  const turn = useComputed(() => Math.floor(now.value / TURN_MS));
  const all = Object.entries(strip.value?.alerts ?? {})
    .sort(([x, a], [y, b]) => RANK[a.severity] - RANK[b.severity] || Number(a.acked ?? false) - Number(b.acked ?? false) || a.opened - b.opened || (x < y ? -1 : 1));
  return (
    <Frame widget={widget} note={all.length ? count(all.length) : ''} ready={strip.value !== undefined}>
      {(box) => {
        if (!all.length) return <Empty text={t('alerts.none')} />;
        const em = phone.value ? rem.value : Math.min(rem.value * 1.15, box.w / 15);
        const fit = phone.value ? all.length : Math.max(1, Math.floor((box.h + 0.3 * em) / (1.65 * em)));
        const pages = Math.ceil(all.length / fit);
        const page = pages > 1 ? turn.value % pages : 0;
        return (
          <>
            <ul class="alerts" style={{ fontSize: `${em}px` }}>
              {all.slice(page * fit, page * fit + fit).map(([id, a]) => (
                <li key={id} class={`sev-${a.severity}${a.acked ? ' acked' : ''}`}>
                  <LevelIcon level={a.severity} /><span class="unseen">{t(`severity.${a.severity}`)}</span>
                  <span class="what">{t(`rule.${a.rule}` as Key)}</span>
                  <span class="who ellipsis">{subject(a)}</span>
                  <span class="figure">{figure(a)}</span>
                  <span class="since"><Elapsed since={a.since} /></span>
                </li>
              ))}
            </ul>
            {pages > 1 && <p class="turn">{page + 1} / {pages}</p>}
          </>
        );
      }}
    </Frame>
  );
}
