// The four direction indicators, and what they say together.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { count, duration, oneDecimal, percent, percentLimit } from '../../i18n/format';
import { label, t } from '../../i18n';
import type { Explained } from '../../store/dialog';
import { followTeams, teamCurve } from '../../store/history';
import { figuresAt, intervals, queues, site } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import { INDICATORS, type Diagnosis, type Indicator, type IndicatorName } from '../../wire/types';
import { fit, phone, rem } from '../box';
import { Fig, LevelMark } from '../fig';
import type { Reading } from '../figures';
import { Frame } from '../frame';
import { LevelIcon, StateIcon } from '../icons';
import { nameOf, SITE } from '../source';
import { Spark, type Point } from '../spark';

export function goalText(i: Indicator): string | undefined {
  if (i.goal !== undefined) return t('goal.min', { n: percentLimit(i.goal) });
  if (i.little !== undefined && i.much !== undefined) return t('goal.range', { a: percentLimit(i.little), b: percentLimit(i.much) });
  if (i.much !== undefined) return t('goal.max', { n: percentLimit(i.much) });
  return undefined;
}

function hours(ms: number | undefined): string {
  return ms === undefined ? '–' : t('dialog.hours', { n: oneDecimal(ms / 3_600_000) });
}

function readIndicator(name: IndicatorName): Reading | undefined {
  const i = site.value?.indicators[name];
  if (!i) return undefined;
  const goal = goalText(i);
  const calls = name === 'answer_rate';
  return {
    text: percent(i.value),
    num: calls ? count(i.num) : hours(i.num), den: calls ? count(i.den) : hours(i.den),
    level: i.level, ...(goal === undefined ? {} : { goal }),
  };
}

function curve(name: IndicatorName): readonly Point[] {
  if (name !== 'answer_rate') return teamCurve(name);
  const view = intervals.value;
  if (!view) return [];
  return Object.entries(view.intervals)
    .flatMap(([start, i]): Point[] => (i.answer_rate === undefined ? [] : [{ at: Number(start), value: i.answer_rate }]))
    .sort((a, b) => a.at - b.at);
}

function Tile({ name, em }: { readonly name: IndicatorName; readonly em: number }): JSX.Element {
  const i = site.value?.indicators[name];
  const reading = readIndicator(name);
  const goal = reading?.goal;
  const explain = (): Explained => ({ kind: 'figure', id: name, scope: () => nameOf(SITE), window: 'today', read: () => readIndicator(name) });
  const limit = i?.goal ?? i?.much;
  return (
    <Fig explain={explain} class={`indicator${i?.level ? ` is-${i.level}` : ''}`} figure={name} em={em}>
      <span class="head">
        <span class="label">{label(name)}</span>
        {i?.level && <LevelMark level={i.level} words />}
      </span>
      <span class="value">{percent(i?.value)}</span>
      <span class="foot">
        {goal !== undefined && <span class="goal">{t('ui.target')} {goal}</span>}
        {name === 'work_efficiency' && i?.calls_per_hour !== undefined && <span>{t('unit.perHour', { n: oneDecimal(i.calls_per_hour) })}</span>}
        {name === 'answer_rate' && i?.num !== undefined && <span>{count(i.num)} / {count(i.den)}</span>}
        {(name === 'non_service' || name === 'idle') && i?.num !== undefined && <span>{hours(i.num)}</span>}
      </span>
      <Spark points={curve(name)} limit={limit} step={site.value?.interval_ms ?? 900_000} />
    </Fig>
  );
}

export function diagnosisText(d: Diagnosis): string {
  const p = d.params ?? {};
  switch (d.code) {
    case 'ok': return t('diag.ok');
    case 'people':
      if (p.short !== undefined) return t(p.short > 0 ? 'diag.peopleShort' : 'diag.peopleEnough', { n: p.short, required: p.required ?? 0, signed_in: p.signed_in ?? 0 });
      return p.sure === false ? t('diag.peopleUnsure') : t('diag.people');
    case 'floor_control': return t('diag.floor_control');
    case 'routing': return p.queue === undefined ? t('diag.routingPlain')
      : t('diag.routing', { queue: queues.value?.queues[p.queue]?.name ?? p.queue, n: p.idle_agents ?? 0 });
  }
}

const CONTROLLED = ['break', 'meal', 'busy', 'meeting', 'wrapup'] as const;

function Details({ d }: { readonly d: Diagnosis }): JSX.Element | null {
  if (d.code !== 'floor_control' || !d.params) return null;
  const p = d.params;
  const at = figuresAt.value;
  const who = (p.who ?? []).slice(0, 3);
  return (
    <span class="details">
      {CONTROLLED.filter((s) => (p[s] ?? 0) > 0).map((s) => <span key={s} class={`chip s-${s}`}><StateIcon state={s} /> {t(`state.${s}`)} <b>{p[s]}</b></span>)}
      {who.length > 0 && <span class="who">{t('diag.who', { list: who.map((w) => `${w.agent} ${t(`state.${w.state}`)} ${duration(at - w.since)}`).join(' · ') })}</span>}
    </span>
  );
}

function DiagnosisLine(): JSX.Element | null {
  const d = site.value?.diagnosis;
  if (!d) return null;
  const level = d.code === 'ok' ? 'ok' : 'warning';
  return (
    <p class={`diagnosis is-${level}`} data-code={d.code}>
      <LevelIcon level={level} />
      <span class="unseen">{t('diag.title')}: </span>
      <strong>{diagnosisText(d)}</strong>
      <Details d={d} />
    </p>
  );
}

export function Indicators({ widget }: { readonly widget: WidgetOf<'indicators'> }): JSX.Element {
  useEffect(() => followTeams(), []);
  const names = widget.show ?? INDICATORS;
  return (
    <Frame widget={widget} bare>
      {(box) => {
        const strip = widget.diagnosis !== false && site.value?.diagnosis ? 1 : 0;
        const across = phone.value ? 2 : Math.max(1, names.length);
        const tile = { w: box.w / across, h: box.h - strip * rem.value * 2.9 };
        const em = fit(tile, 10.8, 7.2, phone.value ? rem.value * 1.05 : Infinity);
        return (
          <div class="indicators">
            <div class="tiles" style={{ gridTemplateColumns: `repeat(${across}, minmax(0, 1fr))` }}>
              {names.map((name) => <Tile key={name} name={name} em={em} />)}
            </div>
            {strip > 0 && <DiagnosisLine />}
          </div>
        );
      }}
    </Frame>
  );
}

