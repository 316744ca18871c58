// The countdown to the next floor walk, or the walk that is due, and who is on duty.
import type { JSX } from 'preact';
import { useComputed } from '@preact/signals';
import { duration, minuteTime } from '../../i18n/format';
import { t } from '../../i18n';
import { chimeState } from '../../store/chime';
import { figuresAt, site, strip } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import { phone, rem } from '../box';
import { LevelIcon } from '../icons';
import { Frame } from '../frame';

export function WalkTile({ widget }: { readonly widget: WidgetOf<'walk'> }): JSX.Element {
  const walk = strip.value?.walk;
  const running = walk?.due !== undefined;
  const timer = useComputed(() => {
    const w = strip.value?.walk;
    if (w?.due !== undefined) return duration(figuresAt.value - w.due);
    return w?.next === undefined ? '' : duration(w.next - figuresAt.value);
  });
  const level = walk?.state === 'missed' ? 'critical' : walk?.state === 'reminded' ? 'warning' : walk?.state === 'due' ? 'info' : undefined;
  const zone = site.value?.zone ?? 'UTC';
  return (
    <Frame widget={widget} note={walk?.next === undefined ? '' : minuteTime(walk.next, zone)} ready={strip.value !== undefined}>
      {(box) => {
        const em = phone.value ? rem.value * 1.05 : Math.min(box.w / 12, box.h / 5.2);
        return (
          <div class={`walk${level ? ` sev-${level}` : ''}`} style={{ fontSize: `${em}px` }}>
            <span class="label">{level && <LevelIcon level={level} />} {running ? t(`walk.${walk?.state ?? 'due'}`) : t(walk?.next === undefined ? 'walk.none' : 'walk.next')}</span>
            <span class="value">{timer}</span>
            <span class="foot ellipsis">{walk?.duty === undefined ? t('walk.noDuty') : t('walk.duty', { name: walk.duty })}</span>
            <span class="foot ellipsis">{chimeState.value === 'muted' ? t('walk.muted') : t('walk.today', { done: walk?.done ?? 0, missed: walk?.missed ?? 0 })}</span>
          </div>
        );
      }}
    </Frame>
  );
}
