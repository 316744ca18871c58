// Sign-in charts: those of a day with a preview, to be kept in any format, and the floor as of now.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { minuteTime, moment } from '../../i18n/format';
import { chartDate } from '../../store/console_filters';
import { now } from '../../store/time';
import { lang } from '../../store/prefs';
import { loaded, site } from '../../store/wall';
import { asChartDay, type ChartLine } from '../../wire/console';
import { apiPath, publishChart } from './acts';
import { Days } from './days';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Countdown, Nothing, Send, Tag, Waiting, zoneOf } from './parts';
import { addDays, fromField } from './zone';

const FORMATS = ['png', 'pdf', 'xlsx', 'csv', 'svg'] as const;
/** A chart is on record a moment after its time: the list is read again a little after every minute. */
const AFTER_MS = 3000;

function Downloads({ name, at }: { readonly name: string; readonly at?: string }): JSX.Element {
  return (
    <span class="row-acts">
      {FORMATS.map((format) => (
        <a key={format} class="act act-plain" data-act={format} download
          href={apiPath(`charts/${name}.${format}`, { lang: lang.value, download: '1', ...(at === undefined ? {} : { at }), ...(format === 'csv' ? { bom: '1' } : {}) })}>
          <span class="act-text">{format.toUpperCase()}</span>
        </a>
      ))}
    </span>
  );
}

function Chart({ date, chart }: { readonly date: string; readonly chart: ChartLine }): JSX.Element {
  const zone = zoneOf();
  const name = `${date}/${chart.number}`;
  const title = c('charts.title', { n: chart.number, time: minuteTime(chart.at, zone) });
  return (
    <section class="panel chart-panel" data-chart={chart.number} aria-label={title}>
      <h2>{title}{chart.late && <Tag text={c('charts.late', { time: moment(chart.made, zone, site.value?.day_start) })} level="warning" />}</h2>
      <span class="row-acts"><Send of={`publish/${date}/${chart.number}`} text={c('charts.publish')} act="publish" onClick={() => { void publishChart(date, chart.number); }} /></span>
      <Downloads name={name} />
      <a class="chart-preview" href={apiPath(`charts/${name}.svg`, { lang: lang.value })} target="_blank" rel="noreferrer">
        <img loading="lazy" alt={c('charts.preview', { title })} src={apiPath(`charts/${name}.svg`, { lang: lang.value, page: '1' })} />
      </a>
    </section>
  );
}

/** The floor as it is, or as it was at a time of that day, drawn again from the journal. Neither is kept. */
function Moment({ date, isToday }: { readonly date: string; readonly isToday: boolean }): JSX.Element {
  const time = useSignal('');
  const at = time.value === '' ? undefined : fromField(`${date}T${time.value}`, zoneOf());
  return (
    <section class="panel chart-moment" aria-label={c('charts.moment')}>
      <h2>{c('charts.moment')}</h2>
      <label class="muted">{c('charts.momentAt')} <input type="time" class="field" data-moment value={time.value} onInput={(event) => { time.value = event.currentTarget.value; }} /></label>
      {at !== undefined ? <Downloads name="at" at={String(at)} /> : isToday ? <Downloads name="now" /> : null}
    </section>
  );
}

export function Charts(): JSX.Element {
  const today = site.value?.day;
  const date = chartDate.value ?? today;
  const minute = useComputed(() => Math.floor((now.value - AFTER_MS) / 60_000)).value;
  const day = useFetched(date === undefined ? undefined : apiPath('charts', { date }), asChartDay, minute).value;
  if (!loaded.value || date === undefined) return <Waiting />;
  const doc = day.doc;
  const next = doc?.planned.find((one) => one.at > now.peek());
  return (
    <>
      <div class="toolbar">
        <Days date={date} today={today} go={(to) => { chartDate.value = to; }} />
        <span class="grow" />
        {next && <span class="muted" data-next><Countdown at={next.at} before={c('charts.next', { n: next.number })} /></span>}
      </div>
      <Problems problem={day.problem} />
      {today !== undefined && (date === today || date === addDays(today, -1)) && <Moment key={date} date={date} isToday={date === today} />}
      {doc === undefined ? (day.loading ? <Waiting /> : null) : doc.charts.length
        ? <div class="chart-grid">{doc.charts.map((chart) => <Chart key={chart.number} date={date} chart={chart} />)}</div>
        : <Nothing text={c('charts.none')} />}
    </>
  );
}
