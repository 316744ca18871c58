// Fields for passwords, with what helps to type them, and the form that changes one.
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { d } from '../../i18n/console_doors';
import { changePassword, session } from '../../store/console_session';
import { monotonic } from '../../store/time';
import type { Problem } from '../../wire/console';
import { LevelIcon } from '../icons';
import { Buttons, Field, Problems } from './dialogs';
import { Action } from './parts';

export const LENGTH_MIN = 10;

/** A password as it is typed: it can be looked at, and Caps Lock is told. */
export function PasswordField({ id, label, value, complete, first = false, hint, invalid = false }: {
  readonly id: string; readonly label: string; readonly value: Signal<string>; readonly complete: 'current-password' | 'new-password'; readonly first?: boolean; readonly hint?: string; readonly invalid?: boolean;
}): JSX.Element {
  const shown = useSignal(false);
  const caps = useSignal(false);
  const look = (event: KeyboardEvent): void => { caps.value = event.getModifierState('CapsLock'); };
  return (
    <Field label={label} id={id} {...(hint === undefined ? {} : { hint })}>
      <span class="password">
        <input id={id} class="field" type={(shown.value ? 'text' : 'password') as 'password'} required maxLength={256} autoComplete={complete} autoCapitalize="off" spellcheck={false} value={value.value} aria-invalid={invalid || undefined}
          {...(first ? { 'data-first': '' } : {})} onInput={(event) => { value.value = event.currentTarget.value; }} onKeyDown={look} onKeyUp={look} onBlur={() => { caps.value = false; }} />
        <Action text={d(shown.value ? 'in.hide' : 'in.show')} pressed={shown.value} onClick={() => { shown.value = !shown.value; }} />
      </span>
      <span class="caps" role="status">{caps.value && <><LevelIcon level="warning" />{d('in.caps')}</>}</span>
    </Field>
  );
}

/** Seconds until UNTIL (monotonic); 0 when there is nothing to wait for. Counts down by itself. */
export function useCountdown(until: Signal<number>): number {
  const at = useSignal(monotonic());
  const left = Math.max(0, Math.ceil((until.value - at.value) / 1000));
  useEffect(() => {
    if (until.value <= monotonic()) return undefined;
    at.value = monotonic();
    const timer = setInterval(() => { at.value = monotonic(); }, 250);
    return () => clearInterval(timer);
  }, [until.value, left > 0]);
  return left;
}

export function WaitLine({ left }: { readonly left: number }): JSX.Element | null {
  return left > 0 ? <p class="problem is-warning" role="alert" data-status="429"><LevelIcon level="warning" /><span>{d('in.wait', { n: left })}</span></p> : null;
}

/** Why NEXT cannot be the new password, as far as it can be told here. */
export function faultOf(next: string, again: string): 'pw.short' | 'pw.digits' | 'pw.differ' | undefined {
  const length = [...next].length;
  return length < LENGTH_MIN ? 'pw.short' : /^\d+$/.test(next) && length < 16 ? 'pw.digits' : next !== again ? 'pw.differ' : undefined;
}

/** OLD: the password just typed to sign in: it is not asked for again. */
export function PasswordForm({ old, done, first = false }: { readonly old?: string | undefined; readonly done: () => void; readonly first?: boolean }): JSX.Element {
  const before = useSignal('');
  const next = useSignal('');
  const again = useSignal('');
  const busy = useSignal(false);
  const tried = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const until = useSignal(0);
  const left = useCountdown(until);
  const fault = faultOf(next.value, again.value);
  const submit = async (): Promise<void> => {
    tried.value = true;
    problem.value = undefined;
    if (fault || busy.value || left) return;
    busy.value = true;
    const wrong = await changePassword(old ?? before.value, next.value);
    busy.value = false;
    if (!wrong) {
      done();
      return;
    }
    if (wrong.status === 429) until.value = monotonic() + (wrong.retry ?? 30) * 1000;
    else problem.value = wrong.status === 401 ? { ...wrong, detail: d('pw.wrong') } : wrong.status === 422 && wrong.detail ? { ...wrong, detail: d('pw.refused', { text: wrong.detail }) } : wrong;
  };
  return (
    <form class="password-form" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <input type="text" class="unseen" autoComplete="username" tabIndex={-1} aria-hidden="true" readOnly value={session.value?.person ?? ''} />
      {old === undefined && <PasswordField id="password-old" label={d('pw.old')} value={before} complete="current-password" first={first} />}
      <PasswordField id="password-new" label={d('pw.new')} value={next} complete="new-password" hint={d('pw.how')} first={first && old !== undefined} invalid={tried.value && (fault === 'pw.short' || fault === 'pw.digits')} />
      <PasswordField id="password-again" label={d('pw.again')} value={again} complete="new-password" invalid={tried.value && fault === 'pw.differ'} />
      {tried.value && fault && !problem.value && <p class="problem is-critical" role="alert" data-fault={fault}><LevelIcon level="critical" /><span>{d(fault)}</span></p>}
      <WaitLine left={left} />
      <Problems problem={problem.value} />
      <Buttons><Action text={d('pw.send')} icon="check" kind="main" submit off={busy.value || left > 0 || next.value === '' || again.value === '' || (old === undefined && before.value === '')} /></Buttons>
    </form>
  );
}
