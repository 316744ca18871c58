// The policy as it stands: every rule with its limits, its points, and whose rule it is.
import type { JSX } from 'preact';
import { c, minutes, named, ruleName, stepName } from '../../i18n/console';
import { percentLimit } from '../../i18n/format';
import { search } from '../../store/console_route';
import { showOffRules } from '../../store/console_filters';
import { policy } from '../../store/console_views';
import { loaded } from '../../store/wall';
import type { PolicyRule } from '../../wire/console';
import { isObject, type Json, type JsonObject } from '../../wire/json';
import { Action, Nothing, SearchField, SeverityMark, Tag, Tile, Waiting } from './parts';
import { Sign } from './icons';

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** A value of the policy in words: times by their name's unit, shares as percent. */
export function limitText(key: string, value: Json): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return c(value ? 'yes' : 'no');
  if (typeof value === 'number') {
    if (key.endsWith('_ms')) return minutes(value);
    if (key.endsWith('_ppm')) return percentLimit(value / 1e6);
    if (key.endsWith('_fen')) return c('day.money', { n: value / 100 });
    return key.endsWith('goal') && value <= 1 ? percentLimit(value) : String(value);
  }
  if (typeof value === 'string') return value;
  if (isList(value)) return value.map((one) => limitText(key, one)).join(value.some(isObject) ? '; ' : ', ');
  // A class of lateness: its name is for the policy's file, its limit says it all. What costs nothing is left out.
  const told = Object.entries(value).filter(([k, v]) => v !== 0 && v !== false && !(k === 'name' && Object.keys(value).length > 1));
  return told.map(([k, v]) => `${limitName(k)} ${limitText(k, v)}`).join(' ') || (typeof value['name'] === 'string' ? value['name'] : '–');
}

function limitName(key: string): string {
  return named('limit', key.replace(/_(ms|ppm|fen)$/, ''));
}

function Limits({ limits }: { readonly limits: JsonObject }): JSX.Element {
  return <dl class="limits">{Object.entries(limits).map(([key, value]) => <div key={key}><dt>{limitName(key)}</dt><dd>{limitText(key, value)}</dd></div>)}</dl>;
}

function Rule({ id, rule, cited }: { readonly id: string; readonly rule: PolicyRule; /** Whether any rule of the policy is. */ readonly cited: boolean }): JSX.Element {
  const on = rule.on !== false;
  return (
    <li class={`row rule-row${on ? '' : ' off'}`} data-row data-rule={id} tabIndex={-1}>
      <span class="rule-name"><strong>{ruleName(id)}</strong><code>{id}</code></span>
      <span class="rule-marks"><Tag text={c(on ? 'policy.on' : 'policy.off')} {...(on ? { level: 'ok' as const } : {})} />{on && rule.severity && <SeverityMark level={rule.severity} />}
        {(rule.points ?? 0) > 0 && <span>{c('policy.points', { n: rule.points ?? 0 })}</span>}{rule.names && <span class="muted">{c('policy.names')}</span>}</span>
      {isObject(rule.limits) ? <Limits limits={rule.limits} /> : <span />}
      {rule.cite === undefined ? <span class="muted rule-cite">{cited ? c('policy.noCite') : ''}</span> : <blockquote class="rule-cite"><Sign name="quote" />{rule.cite}</blockquote>}
    </li>
  );
}

export function Policy(): JSX.Element {
  const view = policy.value;
  if (!loaded.value) return <Waiting />;
  if (!view) return <Nothing text={c('policy.none')} />;
  const words = search.value.trim().toLowerCase();
  const rules = Object.entries(view.rules)
    .filter(([id, rule]) => (showOffRules.value || rule.on !== false) && `${id} ${ruleName(id)} ${rule.cite ?? ''}`.toLowerCase().includes(words))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const cited = Object.values(view.rules).some((rule) => rule.cite !== undefined);
  return (
    <>
      <div class="tiles-row">
        <Tile label={c('policy.title')} value={view.name ?? '–'} {...(view.version === undefined ? {} : { note: c('policy.version', { v: view.version }) })}>
          <span class="tile-note">{view.approved === undefined ? c('policy.notApproved') : c('policy.approved', { text: view.approved })}</span>
        </Tile>
        {view.attendance_goal !== undefined && <Tile label={c('signin.rate')} value={`≥ ${percentLimit(view.attendance_goal)}`} />}
        {view.adherence_goal !== undefined && <Tile label={c('signin.adherence')} value={`≥ ${percentLimit(view.adherence_goal)}`} />}
        {view.ladder && view.ladder.length > 0 && (
          <Tile label={c('policy.ladder')} value={<span class="ladder-line">{view.ladder.map((step, i, all) => <span key={step} class="rung reached">{c(i === all.length - 1 ? 'policy.onward' : 'policy.nth', { n: i + 1 })} {stepName(step)}</span>)}</span>} />
        )}
      </div>
      <div class="toolbar">
        <SearchField label={c('policy.search')} />
        <Action text={c('policy.showOff')} pressed={showOffRules.value} onClick={() => { showOffRules.value = !showOffRules.value; }} />
      </div>
      <section class="panel" aria-label={c('policy.rules')}>
        {rules.length ? <ul class="rows">{rules.map(([id, rule]) => <Rule key={id} id={id} rule={rule} cited={cited} />)}</ul> : <Nothing text={c('ui.nothingFound')} />}
      </section>
      {Object.keys(view.rest).length > 0 && <section class="panel"><h2>{c('policy.rest')}</h2><Limits limits={view.rest} /></section>}
      <p class="muted small">{c('policy.how')}</p>
    </>
  );
}
