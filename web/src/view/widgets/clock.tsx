// The time and the business day of the site, whatever zone the screen thinks it is in.
import type { JSX } from 'preact';
import { useComputed } from '@preact/signals';
import { clockTime, date, minuteTime } from '../../i18n/format';
import { t } from '../../i18n';
import { lang } from '../../store/prefs';
import { now } from '../../store/time';
import { site } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import { fit, phone, rem } from '../box';
import { Frame } from '../frame';

export function Time({ seconds = true }: { readonly seconds?: boolean }): JSX.Element {
  const text = useComputed(() => (seconds ? clockTime : minuteTime)(now.value, site.value?.zone ?? 'UTC'));
  return <time>{text}</time>;
}

function Today(): JSX.Element {
  const view = site.value;
  const zone = view?.zone ?? 'UTC';
  const text = useComputed(() => date(now.value, site.value?.zone ?? 'UTC', lang.value));
  return <span class="date">{text} · {zone}{view ? ` · ${t('ui.businessDay', { day: view.day })}` : ''}</span>;
}

export function Clock({ widget }: { readonly widget: WidgetOf<'clock'> }): JSX.Element {
  return (
    <Frame widget={widget}>
      {(box) => {
        const em = fit(box, widget.seconds === false ? 3.4 : 5, widget.date === false ? 1.2 : 1.8, phone.value ? rem.value * 3 : Infinity);
        return (
          <div class="clock" style={{ fontSize: `${em}px` }}>
            <Time seconds={widget.seconds !== false} />
            {widget.date !== false && <Today />}
          </div>
        );
      }}
    </Frame>
  );
}
