// Today's course of one share, small: the line, and its limit dashed.
import type { JSX } from 'preact';

export interface Point {
  readonly at: number;
  readonly value: number;
}

const W = 400;
const H = 60;

interface SparkProps {
  readonly points: readonly Point[];
  readonly limit: number | undefined;
  readonly step: number;
}

/** The line as an SVG path: broken where intervals are missing. */
export function sparkPath(points: readonly Point[], from: number, span: number, low: number, high: number, step: number): string {
  let path = '';
  let before: number | undefined;
  for (const p of points) {
    const x = ((p.at - from) / span) * W;
    const y = H - 3 - ((p.value - low) / (high - low)) * (H - 6);
    path += `${before === undefined || p.at - before > step * 1.5 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = p.at;
  }
  return path;
}

export function Spark({ points, limit, step }: SparkProps): JSX.Element {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || points.length < 2) return <span class="spark" />;
  const values = points.map((p) => p.value);
  const low = Math.max(0, Math.min(...values, limit ?? 1) - 0.02);
  const high = Math.min(1, Math.max(...values, limit ?? 0) + 0.02);
  const range = high - low || 1;
  const span = last.at - first.at || 1;
  const line = sparkPath(points, first.at, span, low, low + range, step);
  const y = limit === undefined ? undefined : H - 3 - ((limit - low) / range) * (H - 6);
  return (
    <span class="spark">
      <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {y !== undefined && <path class="limit" d={`M0 ${y.toFixed(1)}H${W}`} vector-effect="non-scaling-stroke" />}
        <path class="line" d={line} vector-effect="non-scaling-stroke" />
      </svg>
    </span>
  );
}
