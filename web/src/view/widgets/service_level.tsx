// Service level, its formula and target, and how far back to the target.
import type { JSX } from 'preact';
import { duration } from '../../i18n/format';
import { label, t } from '../../i18n';
import type { WidgetOf } from '../../wire/board';
import { figuresAt } from '../../store/wall';
import { fit, phone, rem } from '../box';
import { isSite, read } from '../figures';
import { Fig, LevelMark } from '../fig';
import { Frame } from '../frame';
import { explainOf, memberOf, nameOf, sourceOf } from '../source';

/** A bar from 0 to 100 % with a tick at the target. */
function Gauge({ value, goal, level }: { readonly value: number | undefined; readonly goal: number | undefined; readonly level: string | undefined }): JSX.Element {
  return (
    <svg class={`gauge${level ? ` is-${level}` : ''}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="rail" x="0" y="1" width="100" height="4" />
      {value !== undefined && <rect class="fill" x="0" y="1" width={Math.max(0, Math.min(100, value * 100))} height="4" />}
      {goal !== undefined && <rect class="goal" x={Math.min(99.4, goal * 100 - 0.3)} y="0" width="0.6" height="6" />}
    </svg>
  );
}

export function ServiceLevel({ widget }: { readonly widget: WidgetOf<'service_level'> }): JSX.Element {
  const window = widget.window ?? 'today';
  const member = memberOf(widget.queue);
  const source = sourceOf(member);
  const note = widget.queue === undefined ? t(`window.${window}`) : `${nameOf(member)} · ${t(`window.${window}`)}`;
  return (
    <Frame widget={widget} note={note} ready={source !== undefined}>
      {(box) => {
        if (!source) return null;
        const reading = read('service_level', source, window, figuresAt.peek());
        const sl = isSite(source) ? source.service_level : source;
        const next = window === 'today' ? source.next_n : undefined;
        // The way back to the target is a line more.
        const em = fit(box, 11, next === undefined ? 8.1 : 8.9, phone.value ? rem.value * 1.3 : Infinity);
        const value = isSite(source) && window === 'today' ? source.service_level.value : source[window].service_level;
        return (
          <Fig explain={explainOf(member, 'service_level', window)} class={`service${reading.level ? ` is-${reading.level}` : ''}`} figure="service_level" em={em}>
            <span class="unseen">{label('service_level')} </span>
            <span class="value">{reading.text}</span>
            <span class="line">
              {reading.goal !== undefined && <span>{t('ui.target')} {reading.goal}</span>}
              {reading.level && <LevelMark level={reading.level} words />}
            </span>
            <Gauge value={value} goal={sl.goal} level={reading.level} />
            <span class="line small">
              {sl.target_ms !== undefined && <span>{t('sl.in', { time: duration(sl.target_ms) })}</span>}
              {reading.num !== undefined && <span>{reading.num} / {reading.den}</span>}
            </span>
            {reading.formula && <span class="line small"><span class="variant">{t(`variant.${reading.formula}`)}</span></span>}
            {next !== undefined && <span class="line small"><strong>{t('sl.nextShort', { n: next })}</strong></span>}
          </Fig>
        );
      }}
    </Frame>
  );
}
