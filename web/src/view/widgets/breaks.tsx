// Who is on a break, and how long it may last: the most overdue first.
import type { JSX } from 'preact';
import { useComputed } from '@preact/signals';
import { count, duration } from '../../i18n/format';
import { t } from '../../i18n';
import { figuresAt, strip } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { StripBreak } from '../../wire/types';
import { phone, rem } from '../box';
import { Empty, Frame } from '../frame';
import { LevelIcon } from '../icons';

/** Counts down to the end of the allowance, and up from there: amber for the last fifth. */
function Left({ one }: { readonly one: StripBreak }): JSX.Element {
  const shown = useComputed(() => {
    const left = one.until - figuresAt.value;
    const level = left < 0 ? 'critical' : left <= (one.until - one.since) * 0.2 ? 'warning' : 'ok';
    return { level, text: left < 0 ? t('breaks.over', { time: duration(-left) }) : t('breaks.left', { time: duration(left) }) } as const;
  });
  const { level, text } = shown.value;
  return <span class={`left level-${level}`}>{level !== 'ok' && <LevelIcon level={level} />}{text}</span>;
}

export function Breaks({ widget }: { readonly widget: WidgetOf<'breaks'> }): JSX.Element {
  const all = Object.entries(strip.value?.breaks ?? {})
    .filter(([, b]) => widget.team === undefined || b.team === widget.team)
    .sort(([x, a], [y, b]) => a.until - b.until || (x < y ? -1 : 1));
  return (
    <Frame widget={widget} note={all.length ? t('breaks.count', { n: all.length }) : ''} ready={strip.value !== undefined}>
      {(box) => {
        if (!all.length) return <Empty text={t('breaks.none')} />;
        const em = phone.value ? rem.value : Math.min(rem.value * 1.15, box.w / 11);
        const columns = phone.value ? 1 : Math.max(1, Math.floor(box.w / (em * 13)));
        const rows = phone.value ? all.length : Math.max(1, Math.floor((box.h + 0.3 * em) / (1.65 * em)));
        const fit = rows * columns;
        const rest = all.length - fit;
        const shown = rest > 0 ? all.slice(0, fit - 1) : all;
        return (
          <ul class="breaks" style={{ fontSize: `${em}px`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
            {shown.map(([id, b]) => (
              <li key={id}>
                <span class="who ellipsis">{b.label}</span>
                {b.team !== undefined && <span class="team">{b.team}</span>}
                <Left one={b} />
              </li>
            ))}
            {rest > 0 && <li class="more">+ {count(rest + 1)}</li>}
          </ul>
        );
      }}
    </Frame>
  );
}
