// Who is needed, who is planned and who is here, now and by interval, and the calls that ask for them.
import type uPlot from 'uplot';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { count, oneDecimal } from '../../i18n/format';
import { label, t, type FigureId } from '../../i18n';
import { lang, theme } from '../../store/prefs';
import type { Explained } from '../../store/dialog';
import { figuresAt, site, staffing } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { StaffingNow, StaffingView } from '../../wire/types';
import { phone, rem, type Box } from '../box';
import { Fig, LevelMark } from '../fig';
import type { Reading } from '../figures';
import { Empty, Frame } from '../frame';
import { nameOf, SITE } from '../source';
import { CURVES, makeStaffingChart, setStaffingData, staffingData, type Curve } from '../staffing_chart';

type Count = 'required' | 'scheduled' | 'signed_in' | 'short';
const COUNTS: readonly Count[] = ['required', 'scheduled', 'signed_in', 'short'];

function read(name: Count): Reading | undefined {
  const now = staffing.value?.now;
  if (!now) return undefined;
  const level = name === 'short' && now.short !== undefined ? (now.short > 0 ? 'warning' : 'ok') : undefined;
  return { text: count(now[name]), level, ...(name === 'required' ? { goal: basisText(now) } : {}) };
}

/** What the need is reckoned from, in words. */
export function basisText(now: StaffingNow): string {
  const method = now.method === 'table' ? t('staffing.table') : now.method === 'erlang_a' ? 'Erlang A' : 'Erlang C';
  if (now.required === undefined) return t(`staffing.why.${now.why ?? 'no_calls'}`);
  return t(now.by === 'forecast' ? 'staffing.byForecast' : 'staffing.byLately', { method, n: oneDecimal(now.calls ?? 0), min: Math.round(now.per_ms / 60_000) });
}

function explain(name: FigureId, reading: () => Reading | undefined): () => Explained {
  return () => ({ kind: 'figure', id: name, scope: () => nameOf(SITE), window: 'now', read: reading });
}

function Counts({ em }: { readonly em: number }): JSX.Element {
  return (
    <div class="counts" style={{ fontSize: `${em}px` }}>
      {COUNTS.map((name) => {
        const reading = read(name);
        return (
          <Fig key={name} explain={explain(name, () => read(name))} figure={name} class={`count key-${name}${reading?.level === 'warning' ? ' is-warning' : ''}`}>
            <span class="label">{name !== 'short' && <span class="swatch line" aria-hidden="true" />}{label(name)}{reading?.level && <LevelMark level={reading.level} />}</span>
            <span class="value">{reading?.text}</span>
          </Fig>
        );
      })}
    </div>
  );
}

function Plot({ view, curve, box, look }: { readonly view: StaffingView; readonly curve: Curve; readonly box: Box; readonly look: string }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const data = staffingData(view, curve, figuresAt.peek());
  const latest = useRef(data);
  latest.current = data;
  const width = Math.floor(box.w);
  const height = Math.floor(box.h);
  const empty = data === undefined;
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || !latest.current) return undefined;
    const font = Math.max(11, Math.min(rem.peek() * 0.8, height / 8));
    const made = makeStaffingChart({
      element, curve, width, height, font, zone: () => site.peek()?.zone ?? 'UTC', dayStart: () => staffing.peek()?.day_start ?? 0, now: () => figuresAt.peek(),
    }, latest.current);
    chart.current = made;
    return () => {
      chart.current = undefined;
      made.destroy();
    };
  }, [curve, width, height, look, empty]);
  useEffect(() => {
    if (chart.current && data) setStaffingData(chart.current, data);
  }, [view]);
  return <div class="plot" ref={ref} role="img" aria-label={t(`staffing.curve.${curve}`)} />;
}

function Legend({ curve }: { readonly curve: Curve }): JSX.Element {
  const forecast = staffing.value?.forecast;
  const note = curve !== 'calls' ? '' : !forecast?.days ? t('staffing.noForecast')
    : forecast.expected === undefined ? '' : t('staffing.expected', { n: count(Math.round(forecast.expected)), m: count(forecast.offered) });
  return (
    <div class="legend">
      {CURVES[curve].map((name) => (
        <span key={name} class={`key key-${name}`}>
          <span class={name === 'offered' ? 'swatch' : 'swatch line'} aria-hidden="true" />{label(name)}
        </span>
      ))}
      {note && <span class="note">{note}</span>}
    </div>
  );
}

/** The curves of the day; also on the console. */
export function StaffingCurves({ view, curves, box }: { readonly view: StaffingView; readonly curves: readonly Curve[]; readonly box: Box }): JSX.Element {
  const high = Math.max(60, box.h / curves.length - rem.value * 1.7);
  return (
    <>
      {curves.map((curve) => (
        <div key={curve} class={phone.value ? 'curve flows' : 'curve'}>
          <Legend curve={curve} />
          <Plot view={view} curve={curve} box={{ w: box.w, h: high }} look={`${lang.value} ${theme.value}`} />
        </div>
      ))}
    </>
  );
}

export function Staffing({ widget }: { readonly widget: WidgetOf<'staffing'> }): JSX.Element {
  const view = staffing.value;
  const curves: readonly Curve[] = widget.show === 'numbers' ? [] : widget.show === 'agents' ? ['agents'] : widget.show === 'calls' ? ['calls'] : ['agents', 'calls'];
  return (
    <Frame widget={widget} ready={view !== undefined} {...(view?.now ? { note: basisText(view.now) } : {})}>
      {(box) => {
        if (!view?.now) return <Empty text={t('chart.none')} />;
        const share = curves.length ? 0.3 : 1;
        const em = phone.value ? rem.value : Math.min(box.w / 25, (box.h * share) / 3.3);
        const rest = phone.value ? rem.value * 11 * curves.length : box.h - em * 3.5;
        return (
          <div class="staffing">
            {widget.show !== 'calls' && <Counts em={em} />}
            <StaffingCurves view={view} curves={curves} box={{ w: box.w, h: rest }} />
          </div>
        );
      }}
    </Frame>
  );
}
