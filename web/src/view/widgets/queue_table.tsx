// One row a queue; on a phone one card a queue.
import type { JSX } from 'preact';
import { useComputed } from '@preact/signals';
import { label, t } from '../../i18n';
import { lang } from '../../store/prefs';
import { now } from '../../store/time';
import { figuresAt, queues } from '../../store/wall';
import type { QueueColumn, WidgetOf } from '../../wire/board';
import type { QueueView, WindowName } from '../../wire/types';
import { emWidth, phone, rem, type Box } from '../box';
import { columnFigure, read } from '../figures';
import { Alert, Fig } from '../fig';
import { Empty, Frame } from '../frame';
import { chosenQueues, explainOf, type Member } from '../source';

const DEFAULT: readonly QueueColumn[] = ['waiting', 'longest_wait', 'offered', 'answered', 'abandoned', 'answer_rate', 'service_level'];
const ROW_EM = 1.75;
const HEAD_EM = 1.5;
const LABEL_EM = 0.66;
const PERCENTS: readonly QueueColumn[] = ['answer_rate', 'abandon_rate', 'service_level'];
const ROWS_TURN_MS = 10_000;

export interface QueueRow {
  readonly member: Member & { readonly id: string };
  readonly queue: QueueView;
}

export function sortRows(rows: readonly QueueRow[], sort: NonNullable<WidgetOf<'queue_table'>['sort']>, language: string): readonly QueueRow[] {
  const byName = (a: QueueRow, b: QueueRow): number => (a.queue.name ?? a.member.id).localeCompare(b.queue.name ?? b.member.id, language);
  switch (sort) {
    case 'id': return rows;
    case 'name': return [...rows].sort(byName);
    case 'waiting': return [...rows].sort((a, b) => b.queue.now.waiting - a.queue.now.waiting || (a.queue.now.oldest_since ?? Infinity) - (b.queue.now.oldest_since ?? Infinity) || byName(a, b));
    case 'service_level': return [...rows].sort((a, b) => (a.queue.today.service_level ?? 2) - (b.queue.today.service_level ?? 2) || byName(a, b));
  }
}

/** The figure of a cell; only what counts up is drawn each second. */
export function Figure({ column, row, window, withLabel = false }: {
  readonly column: QueueColumn; readonly row: QueueRow; readonly window: WindowName; readonly withLabel?: boolean;
}): JSX.Element {
  const id = columnFigure(column);
  const ticking = id === 'longest_now' && row.queue.now.oldest_since !== undefined;
  const reading = read(id, row.queue, window, ticking ? figuresAt.value : figuresAt.peek());
  return (
    <Fig explain={explainOf(row.member, id, window)} class={`cell${reading.level && reading.level !== 'ok' ? ` is-${reading.level}` : ''}`} figure={id}>
      {withLabel && <span class="label">{label(id)}</span>}
      <span class="value"><Alert level={reading.level} />{reading.text}</span>
    </Fig>
  );
}

function Table({ rows, columns, window, box }: {
  readonly rows: readonly QueueRow[]; readonly columns: readonly QueueColumn[]; readonly window: WindowName; readonly box: Box;
}): JSX.Element {
  const names = rows.map((r) => r.queue.name ?? r.member.id);
  const nameEm = Math.min(10, Math.max(3, ...names.map((n) => emWidth(n) + 0.4)));
  // Wide enough for what stands in them now, in half ems, so that they do not move with every digit.
  const widths = columns.map((c) => {
    const id = columnFigure(c);
    const values = rows.map((row) => {
      const { text, level } = read(id, row.queue, window, figuresAt.peek());
      return emWidth(text) * 1.06 + (level === 'warning' || level === 'critical' || PERCENTS.includes(c) ? 1 : 0);
    });
    return Math.ceil(2 * (Math.max(emWidth(label(id)) * LABEL_EM, c === 'longest_wait' ? 3.4 : 1.9, ...values) + 0.5)) / 2;
  });
  const wide = nameEm + widths.reduce((a, b) => a + b, 0);
  const byWidth = box.w / wide;
  const least = Math.min(byWidth, rem.value * 0.95);
  const capacity = Math.max(1, Math.floor((box.h - HEAD_EM * least) / (ROW_EM * least)));
  const pages = Math.ceil(rows.length / capacity);
  const per = Math.ceil(rows.length / pages);
  // More rows than fit legibly take turns.
  const turn = useComputed(() => Math.floor(now.value / ROWS_TURN_MS));
  const first = pages > 1 ? (turn.value % pages) * per : 0;
  const shown = rows.slice(first, first + per);
  const em = Math.min(byWidth, box.h / (HEAD_EM + ROW_EM * per), rem.value * 2.4);
  return (
    <>
      <table class="queues" style={{ fontSize: `${em}px` }}>
        <colgroup>
          <col style={{ width: `${(nameEm / wide) * 100}%` }} />
          {columns.map((c, i) => <col key={c} style={{ width: `${((widths[i] ?? 1) / wide) * 100}%` }} />)}
        </colgroup>
        <thead>
          <tr style={{ height: `${em * HEAD_EM}px` }}><th scope="col"><span class="label">{t('widget.queue_table')}</span></th>
            {columns.map((c) => <th key={c} scope="col"><span class="label">{label(columnFigure(c))}</span></th>)}</tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={`${row.member.kind}/${row.member.id}`} class={row.member.kind} data-queue={row.member.id}>
              <th scope="row" title={row.queue.name ?? row.member.id}><span class="ellipsis">{row.queue.name ?? row.member.id}</span></th>
              {columns.map((c) => <td key={c}><Figure column={c} row={row} window={window} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {pages > 1 && <p class="turn">{t('ui.rows', { a: first + 1, b: first + shown.length, n: rows.length })}</p>}
    </>
  );
}

export function QueueTable({ widget }: { readonly widget: WidgetOf<'queue_table'> }): JSX.Element {
  const window = widget.window ?? 'today';
  const columns = widget.columns ?? DEFAULT;
  return (
    <Frame widget={widget} note={t(`window.${window}`)} ready={queues.value !== undefined}>
      {(box) => {
        const groups = widget.groups ? Object.entries(queues.value?.groups ?? {}) : [];
        const rows = [
          ...sortRows(chosenQueues(widget.queues).map(([id, queue]) => ({ member: { kind: 'queue', id }, queue })), widget.sort ?? 'id', lang.value),
          ...groups.map(([id, queue]): QueueRow => ({ member: { kind: 'group', id }, queue })),
        ];
        if (!rows.length) return <Empty text={t('queue.none')} />;
        if (!phone.value) return <Table rows={rows} columns={columns} window={window} box={{ w: box.w, h: box.h - 2 }} />;
        return (
          <div class="cards">
            {rows.map((row) => (
              <article key={`${row.member.kind}/${row.member.id}`} data-queue={row.member.id}>
                <h3>{row.queue.name ?? row.member.id}</h3>
                <div class="card-figures">{columns.map((c) => <Figure key={c} column={c} row={row} window={window} withLabel />)}</div>
              </article>
            ))}
          </div>
        );
      }}
    </Frame>
  );
}
