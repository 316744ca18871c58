// A grant: whom, what kind, from when to when, why. From an alert it is filled in, and the second touch records it. A leave
// is not granted before one has seen what it does to the attendance.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { c, named } from '../../i18n/console';
import { percent } from '../../i18n/format';
import { closeForm, openForm } from '../../store/console_dialog';
import { agents, everybody, matches, policy } from '../../store/console_views';
import { clock } from '../../store/time';
import { GRANT_KINDS, type GrantAnswer, type GrantKind, type Problem } from '../../wire/console';
import { LevelIcon } from '../icons';
import { checkGrant, grant } from './acts';
import { Buttons, Field, Modal, Problems, Suggestions } from './dialogs';
import { Action, Send, Who, zoneOf } from './parts';
import { kindOfState, periodsOf, reasonsOf, type GrantForm as Asked } from './presets';
import { fromField, toField } from './zone';

const CHECK_AFTER_MS = 350;
const FOUND_MAX = 6;

/** Finds somebody by number, name or seat. */
export function Picker({ id, pick, without }: { readonly id: string; readonly pick: (agent: string) => void; readonly without?: string }): JSX.Element {
  const words = useSignal('');
  const found = words.value.trim() ? everybody.value.filter((who) => who.id !== without && matches(who, words.value.trim())).slice(0, FOUND_MAX) : [];
  return (
    <div class="picker">
      <input id={id} class="field" type="search" autoComplete="off" data-first placeholder={c('grant.whoHow')} value={words.value} onInput={(event) => { words.value = event.currentTarget.value; }}
        onKeyDown={(event) => {
          const only = found[0];
          if (event.key !== 'Enter' || !only) return;
          event.preventDefault();
          pick(only.id);
        }} />
      {words.value.trim() && !found.length && <p class="muted">{c('ui.nothingFound')}</p>}
      {found.length > 0 && <ul class="found">{found.map((who) => <li key={who.id}><button type="button" class="found-one" onClick={() => pick(who.id)}><Who id={who.id} /></button></li>)}</ul>}
    </div>
  );
}

function Effect({ answer, checking }: { readonly answer: GrantAnswer | undefined; readonly checking: boolean }): JSX.Element {
  const goal = policy.value?.attendance_goal;
  const below = goal !== undefined && answer?.rate_after !== undefined && answer.rate_after < goal;
  const none = answer?.slots_left !== undefined && answer.slots_left <= 0;
  return (
    <div class={`effect${checking ? ' checking' : ''}`} aria-live="polite" data-effect>
      <span class="form-label">{c('grant.effect')}</span>
      <dl>
        <div><dt>{c('grant.before')}</dt><dd data-before>{percent(answer?.rate_before)}</dd></div>
        <div class={below ? 'level level-critical' : ''}><dt>{c('grant.after')}</dt><dd data-after>{percent(answer?.rate_after)}{below && <LevelIcon level="critical" />}</dd></div>
        <div class={none ? 'level level-critical' : ''}><dt>{c('grant.slots')}</dt><dd data-slots>{answer?.slots_left ?? '–'}{none && <LevelIcon level="critical" />}</dd></div>
      </dl>
      {answer?.blackout !== undefined && <p class="level level-warning" data-blackout={answer.blackout}><LevelIcon level="warning" />{named('grant.blackout', answer.blackout)}</p>}
      <p class="muted">{checking ? c('grant.checking') : [below && goal !== undefined ? c('grant.below', { goal: percent(goal) }) : '', answer?.month_days === undefined ? '' : c('grant.month', { n: answer.month_days })].filter(Boolean).join(' · ') || '\u00a0'}</p>
    </div>
  );
}

interface Draft {
  readonly agent: string | undefined;
  readonly kind: GrantKind;
  readonly preset: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

// The draft with the likeliest times and reason for its agent and kind.
function filled(asked: Asked, agent: string | undefined, kind: GrantKind, zone: string): Draft {
  const first = periodsOf({ ...asked, ...(agent === undefined ? {} : { agent }) }, kind, clock.now())[0];
  const now = clock.now();
  return {
    agent, kind, preset: first?.id, from: toField(first?.from ?? now, zone), to: toField(first?.to ?? now + 600_000, zone), reason: reasonsOf(kind)[0] ?? '',
  };
}

export function GrantForm({ asked }: { readonly asked: Asked }): JSX.Element {
  const zone = zoneOf();
  const draft = useSignal<Draft>(filled(asked, asked.agent, asked.grant ?? (asked.agent === undefined ? 'break' : kindOfState(agents.peek()?.[asked.agent])), zone));
  const problem = useSignal<Problem | undefined>(undefined);
  const effect = useSignal<{ readonly of: string; readonly answer: GrantAnswer | undefined; readonly checking: boolean }>({ of: '', answer: undefined, checking: false });
  const { agent, kind, preset, from, to, reason } = draft.value;
  const set = (change: Partial<Draft>): void => {
    draft.value = { ...draft.peek(), ...change };
    problem.value = undefined;
  };
  const times = useComputed(() => ({ from: fromField(draft.value.from, zone), to: fromField(draft.value.to, zone) })).value;
  const ordered = times.from !== undefined && times.to !== undefined && times.to > times.from;
  const wanted = useComputed(() => (draft.value.kind === 'leave' && draft.value.agent !== undefined ? `${draft.value.agent}|${draft.value.from}|${draft.value.to}` : '')).value;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useSignalEffect(() => {
    const d = draft.value;
    clearTimeout(timer.current);
    const fromMs = fromField(d.from, zone);
    const toMs = fromField(d.to, zone);
    if (d.kind !== 'leave' || d.agent === undefined || fromMs === undefined || toMs === undefined || toMs <= fromMs) return;
    const of = `${d.agent}|${d.from}|${d.to}`;
    if (effect.peek().of === of) return;
    effect.value = { of, answer: effect.peek().answer, checking: true };
    const body = { agent: d.agent, kind: d.kind, from: fromMs, to: toMs, reason: d.reason };
    timer.current = setTimeout(() => {
      void checkGrant(body).then((result) => {
        if (effect.peek().of !== of) return;
        if ('status' in result) {
          problem.value = result;
          effect.value = { of, answer: undefined, checking: false };
        } else effect.value = { of, answer: result, checking: false };
      });
    }, CHECK_AFTER_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const seen = kind !== 'leave' || (effect.value.of === wanted && !effect.value.checking && effect.value.answer !== undefined);
  const missing = agent === undefined ? c('grant.noWho') : !ordered ? c('grant.order') : !reason.trim() ? c('grant.noReason') : undefined;
  const submit = async (): Promise<void> => {
    if (missing !== undefined || agent === undefined || times.from === undefined || times.to === undefined || !seen) return;
    problem.value = await grant({ agent, kind, from: times.from, to: times.to, reason: reason.trim() });
  };
  const choose = (next: GrantKind): void => {
    if (next === 'swap') {
      openForm({ kind: 'swap', ...(agent === undefined ? {} : { agent }) });
      return;
    }
    draft.value = { ...filled(asked, agent, next, zone) };
    problem.value = undefined;
  };
  const periods = agent === undefined ? [] : periodsOf({ ...asked, agent }, kind, clock.now());
  return (
    <Modal title={c('grant.title')} name="grant" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label={c('grant.who')} {...(agent === undefined ? { id: 'grant-who' } : {})}>
          {agent === undefined ? <Picker id="grant-who" pick={(id) => { draft.value = filled(asked, id, draft.peek().kind, zone); }} />
            : <span class="picked"><Who id={agent} />{asked.agent === undefined && <Action text={c('ui.clear')} kind="quiet" onClick={() => set({ agent: undefined })} />}</span>}
        </Field>
        <Field label={c('grant.kind')}>
          <div class="filters" role="group" aria-label={c('grant.kind')}>
            {GRANT_KINDS.map((k) => <button key={k} type="button" class="chip" aria-pressed={k === kind} data-kind={k} onClick={() => choose(k)}>{named('grant.kind', k)}</button>)}
          </div>
        </Field>
        <Field label={c('grant.period')}>
          <div class="filters" role="group" aria-label={c('grant.period')}>
            {periods.map((p) => <button key={p.id} type="button" class="chip" aria-pressed={p.id === preset} data-preset={p.id} onClick={() => set({ preset: p.id, from: toField(p.from, zone), to: toField(p.to, zone) })}>{p.text}</button>)}
          </div>
          <div class="period">
            <label class="form-label" for="grant-from">{c('grant.from')}</label>
            <input id="grant-from" class="field" type="datetime-local" required value={from} onInput={(event) => set({ from: event.currentTarget.value, preset: undefined })} />
            <label class="form-label" for="grant-to">{c('grant.to')}</label>
            <input id="grant-to" class="field" type="datetime-local" required value={to} onInput={(event) => set({ to: event.currentTarget.value, preset: undefined })} />
          </div>
        </Field>
        <Field label={c('grant.reason')} id="grant-reason">
          <Suggestions texts={reasonsOf(kind)} value={reason} pick={(text) => set({ reason: text })} label={c('grant.reason')} />
          <input id="grant-reason" class="field" type="text" maxLength={128} required placeholder={c('grant.reasonHow')} value={reason} onInput={(event) => set({ reason: event.currentTarget.value })} />
        </Field>
        <Problems problem={problem.value} />
        <Buttons>
          {kind === 'leave' && agent !== undefined && <Effect answer={effect.value.answer} checking={effect.value.checking} />}
          <span class="form-missing muted" aria-live="polite">{missing ?? ''}</span>
          <Action text={c('ui.cancel')} onClick={closeForm} />
          <span data-first-send={asked.agent === undefined ? undefined : ''}><Send of="grant" text={c('grant.sendKind', { kind: named('grant.kind', kind) })} icon="check" kind="main" submit off={missing !== undefined || !seen} /></span>
        </Buttons>
      </form>
    </Modal>
  );
}
