// What a figure counts: term, definition, formula with its variant, window, numerator and denominator. Or one agent.
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { figureText } from '../i18n/figure_texts';
import { count, date, duration, moment } from '../i18n/format';
import { t } from '../i18n';
import { explained, type Explained } from '../store/dialog';
import { lang } from '../store/prefs';
import { now } from '../store/time';
import { agentsOf, figuresAt, queues, site, teams } from '../store/wall';
import { AGENT_STATES, type AgentState, type WindowName } from '../wire/types';
import { limitMark } from './elapsed';
import { LevelMark } from './fig';
import { Icon, LevelIcon, StateIcon } from './icons';

function Row({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return <><dt>{name}</dt><dd>{children}</dd></>;
}

/** Beginning and end of a window, in site time. */
export function windowRange(window: WindowName, at: number): { from: number; to: number } | undefined {
  const view = site.value;
  if (!view) return undefined;
  const minute = Math.floor(at / 60_000) * 60_000;
  switch (window) {
    case 'today': return { from: view.day_start, to: at };
    case 'interval': return { from: view.interval_start, to: at };
    case 'last15': return { from: minute - 14 * 60_000, to: at };
    case 'last30': return { from: minute - 29 * 60_000, to: at };
    case 'last60': return { from: minute - 59 * 60_000, to: at };
  }
}

function windowText(window: WindowName | 'now'): string {
  const zone = site.value?.zone ?? 'UTC';
  const range = window === 'now' ? undefined : windowRange(window, figuresAt.value);
  if (!range) return `${t('window.now')} · ${t('dialog.now')}`;
  const start = site.value?.day_start;
  const text = t('dialog.range', { from: moment(range.from, zone, start), to: moment(range.to, zone, start) });
  return `${t(`window.${window}`)} · ${text}`;
}

function FigureBody({ figure }: { readonly figure: Extract<Explained, { kind: 'figure' }> }): JSX.Element {
  const text = figureText(figure.id, lang.value);
  const zh = figureText(figure.id, 'zh-CN').term;
  const en = figureText(figure.id, 'en').term;
  const reading = figure.read();
  const formula = figure.id === 'service_level'
    ? reading?.formula ? `${t(`formula.${reading.formula}`)}` : t('formula.all')
    : text.formula;
  return (
    <>
      <h2 id="dialog-title">{figure.state ? <><StateIcon state={figure.state} /> {t(`state.${figure.state}`)}</> : text.term}</h2>
      <p class="dialog-value">
        {reading?.text ?? '–'}
        {reading?.level && <LevelMark level={reading.level} words />}
      </p>
      <dl>
        <Row name={t('dialog.term')}><span lang="zh-CN">{zh}</span> / <span lang="en">{en}</span></Row>
        <Row name={t('dialog.counts')}>{text.counts}</Row>
        <Row name={t('dialog.formula')}>
          <span class="formula">{formula}</span>
          {reading?.formula && <span class="variant">{t(`variant.${reading.formula}`)}</span>}
        </Row>
        {reading?.num !== undefined && <Row name={t('dialog.num')}>{reading.num}</Row>}
        {reading?.den !== undefined && <Row name={t('dialog.den')}>{reading.den}</Row>}
        <Row name={t('dialog.window')}>{windowText(figure.window)}</Row>
        <Row name={t('dialog.scope')}>{figure.scope()}</Row>
        {reading?.goal !== undefined && <Row name={t('dialog.goal')}>{reading.goal}</Row>}
      </dl>
      {reading?.overdue !== undefined && figure.id === 'service_level' && <p class="hint">{t('dialog.live', { n: reading.overdue })}</p>}
      {reading?.text === '–' && reading.den !== undefined && <p class="hint">{t('dialog.undefined')}</p>}
    </>
  );
}

function AgentBody({ id, team }: { readonly id: string; readonly team: string | undefined }): JSX.Element {
  const agent = agentsOf(team).value?.agents[id];
  const view = site.value;
  if (!agent || !view) return <h2 id="dialog-title">{id}</h2>;
  const zone = view.zone;
  const at = figuresAt.value;
  const mark = limitMark(agent.since, agent.limit_ms, agent.marks?.includes('over_limit') ?? false, at);
  const running = Math.max(0, at - Math.max(agent.since, view.day_start));
  const spent = (state: Exclude<AgentState, 'offline'>): number => (agent.today?.[`${state}_ms`] ?? 0) + (agent.state === state ? running : 0);
  const states = AGENT_STATES.filter((s): s is Exclude<AgentState, 'offline'> => s !== 'offline' && spent(s) > 0);
  return (
    <>
      <h2 id="dialog-title">{agent.name ?? agent.seat ?? id}</h2>
      <p class="dialog-value"><StateIcon state={agent.state} /> {t(`state.${agent.state}`)} {duration(at - agent.since)}
        {mark && <span class={`level level-${mark === 'over' ? 'critical' : 'warning'}`}><LevelIcon level={mark === 'over' ? 'critical' : 'warning'} /><span class="level-text">{t(`agent.${mark}`)}</span></span>}
      </p>
      <dl>
        <Row name={t('agent.number')}>{id}</Row>
        {agent.seat !== undefined && <Row name={t('agent.seat')}>{agent.seat}</Row>}
        {agent.team !== undefined && <Row name={t('agent.team')}>{teams.value?.teams[agent.team]?.name ?? agent.team}</Row>}
        <Row name={t('agent.since')}>{moment(agent.since, zone, view.day_start)}</Row>
        {agent.limit_ms !== undefined && <Row name={t('agent.limit')}>{duration(agent.limit_ms)}</Row>}
        {agent.reason !== undefined && <Row name={t('agent.reason')}>{agent.reason}</Row>}
        {agent.queue !== undefined && <Row name={t('agent.queue')}>{queues.value?.queues[agent.queue]?.name ?? agent.queue}</Row>}
        <Row name={t('agent.handledToday')}>{count(agent.today?.handled ?? 0)}</Row>
        {agent.today?.breaks && <Row name={t('agent.breaks')}>{count(agent.today.breaks.used ?? 0)}{agent.today.breaks.overruns ? ` · ${t('agent.overruns')} ${agent.today.breaks.overruns}` : ''}</Row>}
      </dl>
      <h3>{t('agent.times')}</h3>
      <dl class="times">
        {states.map((s) => <Row key={s} name={t(`state.${s}`)}>{duration(spent(s))}</Row>)}
      </dl>
    </>
  );
}

export function Dialog(): JSX.Element | null {
  const ref = useRef<HTMLDialogElement>(null);
  const shown = explained.value;
  // The browser closes it first and gives the focus back to the figure pressed; then it is taken away.
  const close = (): void => ref.current?.close();
  useEffect(() => {
    const element = ref.current;
    if (element && !element.open) element.showModal();
  }, [shown !== undefined]);
  if (!shown) return null;
  return (
    <dialog ref={ref} class="dialog" aria-labelledby="dialog-title" onClose={() => { explained.value = undefined; }}
      onClick={(event) => { if (event.target === ref.current) close(); }}>
      <div class="dialog-inner">
        <button type="button" class="close" aria-label={t('ui.close')} onClick={close}><Icon name="close" /></button>
        {shown.kind === 'figure' ? <FigureBody figure={shown} /> : <AgentBody id={shown.id} team={shown.team} />}
        <p class="dialog-foot">{date(now.value, site.value?.zone ?? 'UTC', lang.value)} · {site.value?.zone ?? 'UTC'}</p>
      </div>
    </dialog>
  );
}

