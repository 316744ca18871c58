// Draws today by interval with uPlot. One chart object a mount; it is destroyed with it.
import uPlot from 'uplot';
import type { SeriesName } from '../wire/board';
import type { IntervalFigures, IntervalsView } from '../wire/types';
import { minuteTime } from '../i18n/format';

export interface Data {
  readonly from: number;
  readonly to: number;
  readonly columns: uPlot.AlignedData;
}

const HOUR = 3_600_000;
const SPAN_MIN_MS = 4 * HOUR;

/** Whether a series is a share, drawn as a line on the right axis. */
export function isShare(name: SeriesName): boolean {
  return name === 'service_level' || name === 'answer_rate';
}

/** The intervals as columns, each at its middle: every interval from the first with data to the last, the missing ones empty. */
export function chartData(view: IntervalsView, series: readonly SeriesName[]): Data | undefined {
  const step = view.interval_ms;
  const starts = Object.keys(view.intervals).map(Number).filter(Number.isFinite).sort((a, b) => a - b);
  const busy = starts.filter((s) => (view.intervals[String(s)]?.offered ?? 0) > 0);
  const first = busy[0] ?? starts[0];
  const last = starts[starts.length - 1];
  if (first === undefined || last === undefined || step <= 0) return undefined;
  const to = last + step;
  const from = Math.max(view.day_start, Math.min(first, to - SPAN_MIN_MS));
  const xs: number[] = [];
  const rows: (IntervalFigures | undefined)[] = [];
  for (let at = from; at < to && xs.length < 400; at += step) {
    xs.push(at + step / 2);
    rows.push(view.intervals[String(at)]);
  }
  return { from, to, columns: [xs, ...series.map((name) => rows.map((row) => row?.[name] ?? null))] };
}

/** Ticks of the time axis on whole hours of the business day, so many that they can be read. */
export function hourTicks(from: number, to: number, dayStart: number, most: number): number[] {
  const span = (to - from) / HOUR;
  const every = ([1, 2, 3, 4, 6, 8, 12] as const).find((h) => span / h <= most) ?? 24;
  const ticks: number[] = [];
  for (let at = dayStart + Math.ceil((from - dayStart) / (every * HOUR)) * every * HOUR; at < to; at += every * HOUR) ticks.push(at);
  return ticks;
}

function colour(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim() || '#888';
}

export interface ChartOptions {
  readonly element: HTMLElement;
  readonly width: number;
  readonly height: number;
  readonly font: number;
  readonly series: readonly SeriesName[];
  readonly zone: () => string;
  readonly dayStart: () => number;
}

// Offered is the wide bar behind, answered and abandoned stand in front of it.
const BAR_WIDTH: { readonly [S in SeriesName]?: readonly [number, number] } = { offered: [0.86, 1], answered: [0.86, 1], abandoned: [0.34, 1] };

function seriesOf(o: ChartOptions): uPlot.Series[] {
  const bars = uPlot.paths.bars;
  return o.series.map((name): uPlot.Series => {
    const stroke = colour(o.element, `--c-${name}`);
    const width = Math.max(2, o.font / 6);
    if (isShare(name)) return { scale: '%', stroke, width, points: { show: true, size: width * 2.6, fill: stroke, stroke }, spanGaps: false };
    const size = BAR_WIDTH[name] ?? [0.8, 1];
    return {
      scale: 'n', fill: colour(o.element, `--c-${name}-fill`), stroke, width: name === 'offered' ? Math.max(1, width / 2) : 0, points: { show: false },
      ...(bars ? { paths: bars({ size: [size[0], Infinity], align: 0 }) } : {}),
    };
  });
}

export function makeChart(o: ChartOptions, data: Data): uPlot {
  const muted = colour(o.element, '--muted');
  const line = colour(o.element, '--line');
  const family = getComputedStyle(o.element).fontFamily;
  const font = `${Math.round(o.font)}px ${family}`;
  const shares = o.series.some(isShare);
  const axis = { stroke: muted, font, ticks: { show: false }, gap: o.font * 0.4 };
  const right: uPlot.Axis[] = shares ? [{
    ...axis, scale: '%', side: 1, size: o.font * 3.4, grid: { show: false }, splits: [0, 0.25, 0.5, 0.75, 1],
    values: (_u, splits) => splits.map((v) => `${Math.round(v * 100)}%`),
  }] : [];
  const options: uPlot.Options = {
    width: o.width, height: o.height, legend: { show: false }, cursor: { show: false }, padding: [o.font * 0.7, shares ? 0 : o.font * 1.4, 0, 0],
    scales: {
      x: { time: false, range: (_u, low, high) => [low, high] },
      n: { range: (_u, _low, high) => [0, Math.max(5, (high ?? 0) * 1.12)] },
      '%': { range: [0, 1.04] },
    },
    series: [{}, ...seriesOf(o)],
    axes: [
      { ...axis, size: o.font * 1.9, grid: { show: false },
        splits: (_u, _i, low, high) => hourTicks(low, high, o.dayStart(), Math.max(2, o.width / (o.font * 5.5))),
        values: (_u, splits) => splits.map((v) => minuteTime(v, o.zone())) },
      { ...axis, scale: 'n', size: o.font * 3, grid: { stroke: line, width: 1 }, space: o.font * 2.6, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
      ...right,
    ],
  };
  const chart = new uPlot(options, data.columns, o.element);
  setData(chart, data);
  return chart;
}

export function setData(chart: uPlot, data: Data): void {
  chart.batch(() => {
    chart.setData(data.columns, false);
    chart.setScale('x', { min: data.from, max: data.to });
  });
}
