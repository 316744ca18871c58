// The daily report and the attendance report of a month: their tables, and as files.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { lang } from '../../store/prefs';
import { now } from '../../store/time';
import { loaded, site } from '../../store/wall';
import { asReport, asReportList, type ReportTable } from '../../wire/console';
import { apiPath } from './acts';
import { Days } from './days';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Nothing, Waiting } from './parts';

const FILES = ['xlsx', 'pdf', 'csv'] as const;

function isNumber(kind: string): boolean {
  return kind === 'count' || kind === 'ratio' || kind === 'duration';
}

function Cell({ table, row, column }: { readonly table: ReportTable; readonly row: number; readonly column: number }): JSX.Element {
  const text = table.rows[row]?.[column] ?? '';
  const below = table.below.has(`${row} ${column}`);
  return <td class={`${isNumber(table.columns[column]?.kind ?? '') ? 'num' : ''}${below ? ' below' : ''}`}>{below ? `▼ ${text}` : text}</td>;
}

function Upright({ table }: { readonly table: ReportTable }): JSX.Element {
  return (
    <dl class="report-summary">
      {table.columns.map((column, i) => (
        <div key={column.key} class={table.below.has(`0 ${i}`) ? 'below' : ''}><dt>{column.header}</dt><dd>{table.rows[0]?.[i]}</dd></div>
      ))}
    </dl>
  );
}

function Table({ table, csv }: { readonly table: ReportTable; readonly csv: string }): JSX.Element {
  return (
    <section class="panel report" data-table={table.key} aria-label={table.name}>
      <h2>{table.name} <a class="act act-plain" data-act={`csv-${table.key}`} download href={csv}><span class="act-text">CSV</span></a></h2>
      {!table.rows.length ? <p class="muted">{c('reports.empty')}</p> : table.upright ? <Upright table={table} /> : (
        <div class="report-scroll" tabIndex={0} role="region" aria-label={table.name}>
          <table>
            <thead><tr>{table.columns.map((column) => <th key={column.key} scope="col" class={isNumber(column.kind) ? 'num' : ''}>{column.header}</th>)}</tr></thead>
            <tbody>{table.rows.map((_, r) => <tr key={r}>{table.columns.map((column, i) => <Cell key={column.key} table={table} row={r} column={i} />)}</tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** What is long stands last. */
function inOrder(tables: readonly ReportTable[]): readonly ReportTable[] {
  const long = (table: ReportTable): boolean => table.key === 'by_interval' || table.key === 'by_agent';
  return [...tables.filter((table) => !long(table)), ...tables.filter(long)];
}

export function Reports(): JSX.Element {
  const today = site.value?.day;
  const asked = useSignal<string | undefined>(undefined);
  const month = useSignal<string | undefined>(undefined);
  const ranking = useSignal(false);
  const quarter = useComputed(() => Math.floor((now.value - 60_000) / 900_000)).value;
  const list = useFetched(loaded.value ? apiPath('reports', {}) : undefined, asReportList, quarter).value.doc;
  const date = asked.value ?? today;
  const name = month.value === undefined ? `day/${date ?? ''}` : `month/${month.value}`;
  const query = { lang: lang.value, ...(ranking.value && month.value !== undefined ? { ranking: '1' } : {}) };
  const report = useFetched(date === undefined ? undefined : apiPath(`reports/${name}.json`, query), asReport, quarter).value;
  if (!loaded.value || date === undefined) return <Waiting />;
  const file = (format: string, more: { readonly [key: string]: string } = {}): string => apiPath(`reports/${name}.${format}`, { ...query, download: '1', ...more });
  const months = list?.months ?? [];
  return (
    <>
      <div class="toolbar">
        <span class="row-acts" role="group">
          <Action text={c('reports.day')} act="day" pressed={month.value === undefined} onClick={() => { month.value = undefined; }} />
          <Action text={c('reports.month')} act="month" pressed={month.value !== undefined} off={!months.length} onClick={() => { month.value = months[months.length - 1]; }} />
        </span>
        {month.value === undefined ? <Days date={date} today={today} go={(to) => { asked.value = to; }} /> : (
          <select class="field" aria-label={c('reports.month')} value={month.value} onChange={(event) => { month.value = event.currentTarget.value; }}>
            {[...months].reverse().map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        )}
        {month.value !== undefined && list?.ranking && <Action text={c('reports.ranking')} act="ranking" pressed={ranking.value} onClick={() => { ranking.value = !ranking.value; }} />}
        {month.value !== undefined && list && <span class="muted">{c('reports.due', { n: list.reportDay })}</span>}
        <span class="grow" />
        <span class="row-acts">
          {FILES.slice(0, 2).map((format) => <a key={format} class="act act-plain" data-act={format} download href={file(format)}><span class="act-text">{format.toUpperCase()}</span></a>)}
        </span>
      </div>
      {report.problem && report.problem.status !== 404 && <Problems problem={report.problem} />}
      {report.doc === undefined ? (report.loading ? <Waiting /> : <Nothing text={report.problem?.detail ?? c('reports.none')} />)
        : inOrder(report.doc).map((table) => <Table key={table.key} table={table} csv={file('csv', { what: table.key, bom: '1' })} />)}
    </>
  );
}
