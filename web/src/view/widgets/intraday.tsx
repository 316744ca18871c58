// Today by interval: bars for calls, lines for shares.
import type uPlot from 'uplot';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { label, t } from '../../i18n';
import { lang, theme } from '../../store/prefs';
import { intervals, site } from '../../store/wall';
import type { SeriesName, WidgetOf } from '../../wire/board';
import type { IntervalsView } from '../../wire/types';
import { phone, rem, type Box } from '../box';
import { chartData, isShare, makeChart, setData } from '../chart';
import { Fig } from '../fig';
import { Empty, Frame } from '../frame';
import { explainOf, SITE } from '../source';

const DEFAULT: readonly SeriesName[] = ['offered', 'answered', 'service_level'];

function Plot({ view, series, box, look }: { readonly view: IntervalsView; readonly series: readonly SeriesName[]; readonly box: Box; readonly look: string }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const data = chartData(view, series);
  const latest = useRef(data);
  latest.current = data;
  const width = Math.floor(box.w);
  const height = Math.floor(box.h);
  const empty = data === undefined;
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || !latest.current) return undefined;
    const font = Math.max(11, Math.min(rem.peek() * 0.8, height / 9));
    const made = makeChart({ element, width, height, font, series, zone: () => site.peek()?.zone ?? 'UTC', dayStart: () => intervals.peek()?.day_start ?? 0 }, latest.current);
    chart.current = made;
    return () => {
      chart.current = undefined;
      made.destroy();
    };
    // A change of size, language or theme makes a new chart: it is rare, and nothing old is left in it.
  }, [width, height, look, series.join(), empty]);
  useEffect(() => {
    if (chart.current && data) setData(chart.current, data);
  }, [view]);
  return <div class="plot" ref={ref} role="img" aria-label={t('widget.intraday')} />;
}

export function Intraday({ widget }: { readonly widget: WidgetOf<'intraday'> }): JSX.Element {
  const series = widget.series ?? DEFAULT;
  const view = intervals.value;
  return (
    <Frame widget={widget} ready={view !== undefined}>
      {(box) => {
        if (!view || !Object.keys(view.intervals).length) return <Empty text={t('chart.none')} />;
        const high = phone.value ? rem.value * 12 : box.h - rem.value * 1.7;
        return (
          <>
            <div class="legend">
              {series.map((name) => (
                <Fig key={name} explain={explainOf(SITE, name, 'today')} class={`key key-${name}`} figure={name}>
                  <span class={isShare(name) ? 'swatch line' : 'swatch'} aria-hidden="true" />{label(name)}
                </Fig>
              ))}
            </div>
            <Plot view={view} series={series} box={{ w: box.w, h: high }} look={`${lang.value} ${theme.value}`} />
          </>
        );
      }}
    </Frame>
  );
}
