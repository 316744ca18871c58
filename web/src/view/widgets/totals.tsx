// Figures side by side.
import type { JSX } from 'preact';
import { label, t, type FigureId } from '../../i18n';
import { figuresAt } from '../../store/wall';
import type { TotalsFigure, WidgetOf } from '../../wire/board';
import { emWidth, phone, rem, type Box } from '../box';
import { read, windowOf } from '../figures';
import { Alert, Fig } from '../fig';
import { Frame } from '../frame';
import { explainOf, memberOf, nameOf, sourceOf } from '../source';

const DEFAULT: readonly TotalsFigure[] = ['offered', 'answered', 'abandoned', 'asa', 'aht', 'handled'];

/** How many columns give N tiles of WIDE em the largest type in BOX, and that type's size. */
export function tiling(box: Box, n: number, wide: number, high: number, max: number): { columns: number; em: number } {
  let best = { columns: 1, em: 0 };
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const em = Math.min(box.w / columns / wide, box.h / rows / high, max);
    if (em > best.em * 1.02) best = { columns, em };
  }
  return best;
}

export function Totals({ widget }: { readonly widget: WidgetOf<'totals'> }): JSX.Element {
  const window = widget.window ?? 'today';
  const member = memberOf(widget.queue);
  const source = sourceOf(member);
  const figures = widget.figures ?? DEFAULT;
  const note = widget.queue === undefined ? t(`window.${window}`) : `${nameOf(member)} · ${t(`window.${window}`)}`;
  return (
    <Frame widget={widget} note={note} ready={source !== undefined}>
      {(box) => {
        if (!source) return null;
        const readings = figures.map((id) => ({ id, reading: read(id, source, window, figuresAt.peek()) }));
        const wide = 0.9 + Math.max(...readings.map(({ id, reading }) => Math.max(emWidth(reading.text) + (reading.level && reading.level !== 'ok' ? 0.7 : 0), emWidth(label(id)) * 0.46)));
        const { columns, em } = phone.value ? { columns: 3, em: Math.min(rem.value * 1.7, box.w / 3 / wide) } : tiling(box, figures.length, wide, 2.05, box.h);
        return (
          <div class="totals" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, fontSize: `${em}px` }}>
            {readings.map(({ id, reading }) => (
              <Fig key={id} explain={explainOf(member, id as FigureId, window)} class="total" figure={id}>
                <span class="label">{label(id)}{windowOf(id, window) === 'now' && window !== 'today' ? ` · ${t('window.now')}` : ''}</span>
                <span class="value">{reading.text}<Alert level={reading.level} /></span>
              </Fig>
            ))}
          </div>
        );
      }}
    </Frame>
  );
}
