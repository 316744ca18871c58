// Staffing: who is needed, planned and here, now and by interval; and two calculators for those who plan.
import { useComputed, useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { label, t } from '../../i18n';
import { count, duration, minuteTime, oneDecimal, percent } from '../../i18n/format';
import { now } from '../../store/time';
import { loaded, staffing } from '../../store/wall';
import { asStaffingPlan } from '../../wire/console';
import type { StaffingView } from '../../wire/types';
import { rem, useBox } from '../box';
import { staffingData } from '../staffing_chart';
import { basisText, StaffingCurves } from '../widgets/staffing';
import { apiPath } from './acts';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Nothing, Tag, Tile, Waiting, zoneOf } from './parts';

function Now({ view }: { readonly view: StaffingView }): JSX.Element | null {
  const at = view.now;
  if (!at) return null;
  const short = at.short ?? 0;
  return (
    <div class="tiles-row">
      <Tile label={label('required')} value={count(at.required)} note={basisText(at)} />
      <Tile label={label('scheduled')} value={count(at.scheduled)} />
      <Tile label={label('signed_in')} value={count(at.signed_in)} />
      <Tile label={label('short')} value={count(at.short)} {...(at.short === undefined ? {} : { level: short > 0 ? 'warning' as const : 'ok' as const })} />
    </div>
  );
}

function Curves({ view }: { readonly view: StaffingView }): JSX.Element {
  const [ref, box] = useBox<HTMLDivElement>();
  const width = box?.w ?? 0;
  return (
    <section class="panel" aria-label={t('widget.staffing')}>
      <div class="staffing" ref={ref}>{width > 0 && <StaffingCurves view={view} curves={['agents', 'calls']} box={{ w: width, h: rem.value * 28 }} />}</div>
    </section>
  );
}

const COLUMNS = ['required', 'scheduled', 'signed_in', 'offered', 'forecast'] as const;

function Intervals({ view }: { readonly view: StaffingView }): JSX.Element {
  const minute = useComputed(() => Math.floor(now.value / 60_000)).value * 60_000;
  const rows = Object.entries(view.intervals).map(([start, row]) => [Number(start), row] as const).sort((a, b) => a[0] - b[0])
    .filter(([, row]) => row.scheduled > 0 || (row.signed_in ?? 0) > 0 || (row.offered ?? 0) > 0 || (row.forecast ?? 0) >= 0.5);
  return (
    <section class="panel report" aria-label={c('staffing.byInterval')}>
      <h2>{c('staffing.byInterval')}</h2>
      <div class="report-scroll" tabIndex={0} role="region" aria-label={c('staffing.byInterval')}>
        <table>
          <thead><tr><th scope="col">{c('staffing.interval')}</th>{COLUMNS.map((name) => <th key={name} scope="col" class="num">{label(name)}</th>)}</tr></thead>
          <tbody>
            {rows.map(([start, row]) => {
              const below = row.required !== undefined && row.signed_in !== undefined && row.signed_in < row.required;
              return (
                <tr key={start} class={start <= minute && minute < start + view.interval_ms ? 'is-now' : ''}>
                  <th scope="row">{minuteTime(start, zoneOf())}</th>
                  {COLUMNS.map((name) => {
                    const value = row[name];
                    return <td key={name} class={`num${below && name === 'signed_in' ? ' below' : ''}`}>{below && name === 'signed_in' ? '▼ ' : ''}{value === undefined ? '–' : count(Math.round(value))}</td>;
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Field({ name, of }: { readonly name: string; readonly of: Signal<string> }): JSX.Element {
  return <label class="calc-field"><span class="muted">{name}</span><input class="field" type="number" min="0" value={of.value} onInput={(event) => { of.value = event.currentTarget.value; }} /></label>;
}

function Need(): JSX.Element {
  const calls = useSignal('100');
  const minutes = useSignal('30');
  const aht = useSignal('180');
  const patience = useSignal('');
  const good = Number(calls.value) >= 0 && Number(aht.value) > 0 && Number(minutes.value) > 0 && calls.value !== '';
  const query = { calls: calls.value, aht_s: aht.value, interval_min: minutes.value, ...(patience.value === '' ? {} : { patience_s: patience.value }) };
  const plan = useFetched(good ? apiPath('staffing/plan', query) : undefined, asStaffingPlan).value;
  const doc = plan.doc;
  return (
    <section class="panel calc" aria-label={c('staffing.need')} data-calc="need">
      <h2>{c('staffing.need')}</h2>
      <div class="calc-fields">
        <Field name={c('staffing.calls')} of={calls} /><Field name={c('staffing.in')} of={minutes} /><Field name={c('staffing.aht')} of={aht} /><Field name={c('staffing.patience')} of={patience} />
      </div>
      <Problems problem={plan.problem} />
      {doc?.required !== undefined && <p class="calc-answer"><strong>{c('staffing.answer', { required: doc.required, erlangs: oneDecimal(doc.erlangs ?? 0), schedule: doc.toSchedule ?? doc.required })}</strong></p>}
      {doc?.byTable && <p class="muted">{c('staffing.table', { n: doc.byErlang ?? '–' })} {doc.tableTooSmall && <Tag text={c('staffing.tooSmall')} level="warning" />}</p>}
      {doc && doc.levels.length > 0 && (
        <div class="report report-scroll" tabIndex={0} role="region" aria-label={c('staffing.need')}>
          <table>
            <thead><tr><th class="num">{c('staffing.agents')}</th><th class="num">{c('staffing.level')}</th><th class="num">{c('staffing.asa')}</th><th class="num">{c('staffing.occupancy')}</th>{patience.value !== '' && <th class="num">{c('staffing.abandon')}</th>}</tr></thead>
            <tbody>
              {doc.levels.map((l) => (
                <tr key={l.agents} class={l.agents === doc.required ? 'is-now' : ''}>
                  <td class="num">{l.agents}</td><td class="num">{percent(l.serviceLevel)}</td><td class="num">{l.asa === undefined ? '∞' : duration(l.asa)}</td><td class="num">{percent(l.occupancy)}</td>
                  {patience.value !== '' && <td class="num">{percent(l.abandon)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function People(): JSX.Element {
  const seats = useSignal('20');
  const calls = useSignal('3000');
  const good = seats.value !== '' && calls.value !== '';
  const plan = useFetched(good ? apiPath('staffing/plan', { busy_hour_seats: seats.value, calls_a_day: calls.value }) : undefined, asStaffingPlan).value;
  const people = plan.doc?.people;
  return (
    <section class="panel calc" aria-label={c('staffing.people')} data-calc="people">
      <h2>{c('staffing.people')}</h2>
      <div class="calc-fields"><Field name={c('staffing.seats')} of={seats} /><Field name={c('staffing.aDay')} of={calls} /></div>
      <Problems problem={plan.problem} />
      {plan.doc?.peopleOff && <p class="muted">{c('staffing.peopleOff')}</p>}
      {people && (
        <div class="tiles-row">
          <Tile label={c('staffing.frontLine')} value={count(people.frontLine)} /><Tile label={c('staffing.backOffice')} value={count(people.backOffice)} />
          <Tile label={c('staffing.quality')} value={count(people.quality)} /><Tile label={c('staffing.spare')} value={count(people.spare)} /><Tile label={c('staffing.total')} value={count(people.total)} />
        </div>
      )}
    </section>
  );
}

export function StaffingPage(): JSX.Element {
  const found = staffing.value;
  if (!loaded.value) return <Waiting />;
  // A day without shifts, people and calls has nothing to show.
  const view = found && staffingData(found, 'agents', 0) ? found : undefined;
  return (
    <>
      {view?.now ? <><Now view={view} /><Curves view={view} /></> : <Nothing text={t('chart.none')} />}
      <div class="calc-grid"><Need /><People /></div>
      {view?.now && <Intervals view={view} />}
    </>
  );
}
