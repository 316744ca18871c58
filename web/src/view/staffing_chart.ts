// The outlook of the day as two curves with uPlot: the agents, and the calls they are needed for.
import uPlot from 'uplot';
import type { StaffingInterval, StaffingView } from '../wire/types';
import { minuteTime } from '../i18n/format';
import { hourTicks } from './chart';

export type Curve = 'agents' | 'calls';
export const CURVES = {
  agents: ['signed_in', 'scheduled', 'required'],
  calls: ['offered', 'forecast'],
} as const;
type Line = (typeof CURVES)[Curve][number];

export interface StaffingData {
  readonly from: number;
  readonly to: number;
  readonly columns: uPlot.AlignedData;
}

const HOUR = 3_600_000;

function isBusy(row: StaffingInterval): boolean {
  return row.scheduled > 0 || (row.signed_in ?? 0) > 0 || (row.offered ?? 0) > 0 || (row.forecast ?? 0) >= 0.5;
}

/** The intervals in which anything happens or is expected, as columns; a step is drawn from its start, so the end is one more. */
export function staffingData(view: StaffingView, curve: Curve, now: number): StaffingData | undefined {
  const step = view.interval_ms;
  const starts = Object.keys(view.intervals).map(Number).filter(Number.isFinite).sort((a, b) => a - b);
  const busy = starts.filter((s) => isBusy(view.intervals[String(s)] as StaffingInterval));
  const first = busy[0];
  const last = busy[busy.length - 1];
  if (first === undefined || last === undefined || step <= 0) return undefined;
  const shown = starts.filter((s) => s >= first && s <= last);
  const middle = curve === 'calls';
  const xs = shown.map((s) => (middle ? s + step / 2 : s));
  const rows = CURVES[curve].map((name) => shown.map((s) => value(view.intervals[String(s)], name, s + step > now)));
  if (middle) return { from: first, to: last + step, columns: [xs, ...rows] };
  return { from: first, to: last + step, columns: [[...xs, last + step], ...rows.map((row) => [...row, row[row.length - 1] ?? null])] };
}

// What a running interval was offered is not yet what it will be: only full bars stand beside the forecast.
function value(row: StaffingInterval | undefined, name: Line, unfinished: boolean): number | null {
  return name === 'offered' && unfinished ? null : row?.[name] ?? null;
}

export interface StaffingChartOptions {
  readonly element: HTMLElement;
  readonly curve: Curve;
  readonly width: number;
  readonly height: number;
  readonly font: number;
  readonly zone: () => string;
  readonly dayStart: () => number;
  readonly now: () => number;
}

function seriesOf(o: StaffingChartOptions, colour: (name: string) => string): uPlot.Series[] {
  const { bars, stepped } = uPlot.paths;
  const step = stepped ? { paths: stepped({ align: 1 }) } : {};
  const width = Math.max(2, o.font / 6);
  const plain = { points: { show: false }, spanGaps: false };
  return CURVES[o.curve].map((name): uPlot.Series => {
    const stroke = colour(`--c-${name}`);
    switch (name) {
      case 'offered': return { ...plain, stroke, fill: colour('--c-offered-fill'), width: 1, ...(bars ? { paths: bars({ size: [0.8, Infinity], align: 0 }) } : {}) };
      case 'forecast': return { ...plain, stroke, width, dash: [width * 2.5, width * 1.5] };
      case 'signed_in': return { ...plain, stroke, fill: colour('--c-signed_in-fill'), width, ...step };
      case 'scheduled': return { ...plain, stroke, width: Math.max(1.5, width * 0.7), dash: [width * 1.2, width * 1.2], ...step };
      case 'required': return { ...plain, stroke, width: width * 1.3, ...step };
    }
  });
}

/** A line where now is. */
function nowLine(o: StaffingChartOptions, stroke: string): uPlot.Plugin {
  return {
    hooks: {
      draw: (u) => {
        const at = o.now();
        const { min, max } = u.scales['x'] ?? {};
        if (typeof min !== 'number' || typeof max !== 'number' || at < min || at > max) return;
        const x = Math.round(u.valToPos(at, 'x', true)) + 0.5;
        u.ctx.save();
        u.ctx.setLineDash([]);
        u.ctx.strokeStyle = stroke;
        u.ctx.lineWidth = Math.max(1, o.font / 9);
        u.ctx.beginPath();
        u.ctx.moveTo(x, u.bbox.top);
        u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
        u.ctx.stroke();
        u.ctx.restore();
      },
    },
  };
}

export function makeStaffingChart(o: StaffingChartOptions, data: StaffingData): uPlot {
  const style = getComputedStyle(o.element);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || '#888';
  const axis = { stroke: colour('--muted'), font: `${Math.round(o.font)}px ${style.fontFamily}`, ticks: { show: false }, gap: o.font * 0.4 };
  const chart = new uPlot({
    width: o.width, height: o.height, legend: { show: false }, cursor: { show: false }, padding: [o.font * 0.7, o.font * 1.4, 0, 0],
    scales: { x: { time: false, range: (_u, low, high) => [low, high] }, y: { range: (_u, _low, high) => [0, Math.max(5, (high ?? 0) * 1.08)] } },
    series: [{}, ...seriesOf(o, colour)],
    plugins: [nowLine(o, colour('--text'))],
    axes: [
      { ...axis, size: o.font * 1.9, grid: { show: false },
        splits: (_u, _i, low, high) => hourTicks(low, high, o.dayStart(), Math.max(2, o.width / (o.font * 5.5))),
        values: (_u, splits) => splits.map((v) => minuteTime(v, o.zone())) },
      { ...axis, size: o.font * 3, grid: { stroke: colour('--line'), width: 1 }, space: o.font * 2.6, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
    ],
  }, data.columns, o.element);
  setStaffingData(chart, data);
  return chart;
}

export function setStaffingData(chart: uPlot, data: StaffingData): void {
  chart.batch(() => {
    chart.setData(data.columns, false);
    chart.setScale('x', { min: data.from, max: Math.max(data.to, data.from + HOUR) });
  });
}
