// Signing in: a name where the machine is open to all; a person of the configuration and their PIN; or an account and its
// password, which may have to be changed before anything else.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, roleName } from '../../i18n/console';
import { d } from '../../i18n/console_doors';
import { asking, lookOnly, session, sessionFailed, signIn } from '../../store/console_session';
import { lastPerson, setLastPerson } from '../../store/console_settings';
import { say } from '../../store/console_write';
import { monotonic } from '../../store/time';
import type { Problem } from '../../wire/console';
import { Buttons, Field, Modal, Problems } from './dialogs';
import { Action } from './parts';
import { PasswordField, PasswordForm, useCountdown, WaitLine } from './passwords';
import { leave } from './session';

function Change({ old }: { readonly old: string | undefined }): JSX.Element {
  return (
    <Modal title={d('pw.title')} name="password" close={() => void leave()}>
      <p class="hint">{d('pw.must')}</p>
      <PasswordForm old={old} first done={() => say(d('pw.done'))} />
    </Modal>
  );
}

export function SignInForm(): JSX.Element | null {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const who = useSignal(lastPerson.value);
  const secret = useSignal('');
  const typed = useSignal<string | undefined>(undefined);
  const until = useSignal(0);
  const left = useCountdown(until);
  const ask = asking.value;
  const now = session.value;
  if (now?.mustChange) return <Change old={typed.value} />;
  if (!ask) return null;
  const { open = false, accounts = false, people = [] } = now ?? {};
  const ready = who.value.trim() !== '' && (open || secret.value !== '') && left === 0;
  const submit = async (): Promise<void> => {
    if (!ready || busy.value) return;
    busy.value = true;
    const password = secret.value;
    const wrong = await signIn(open ? { name: who.value.trim() } : { person: who.value.trim(), password });
    busy.value = false;
    secret.value = '';
    if (!wrong) {
      typed.value = password;
      setLastPerson(who.value.trim());
    } else if (wrong.status === 429 && wrong.retry) until.value = monotonic() + wrong.retry * 1000;
    problem.value = wrong?.status === 401 ? { ...wrong, detail: d('in.wrong') } : wrong?.status === 429 ? undefined : wrong;
    if (wrong) document.getElementById('session-pin')?.focus();
  };
  return (
    <Modal title={c('session.title')} name="session" close={lookOnly}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {ask.why ? <p class="hint">{c('session.why')}</p> : accounts && <p class="hint">{d('in.needed')}</p>}
        {sessionFailed.value && now === undefined && <p class="problem is-critical" role="alert">{c('session.failed')}</p>}
        {open || !people.length ? (
          <Field label={open ? c('session.name') : d('in.account')} id="session-who" {...(open ? { hint: c('session.nameHow') } : {})}>
            <input id="session-who" class="field" data-first type="text" maxLength={64} required autoComplete="username" autoCapitalize="off" spellcheck={false} value={who.value} onInput={(event) => { who.value = event.currentTarget.value; }} />
          </Field>
        ) : (
          <Field label={c('session.person')} id="session-who">
            <select id="session-who" class="field" data-first required value={who.value} onChange={(event) => { who.value = event.currentTarget.value; }}>
              <option value="">{c('session.choose')}</option>
              {people.map((p) => <option key={p.id} value={p.id}>{p.name ?? p.id}{p.role === undefined ? '' : ` · ${roleName(p.role)}`}</option>)}
            </select>
          </Field>
        )}
        {!open && <PasswordField id="session-pin" label={people.length ? c('session.pin') : d('in.password')} value={secret} complete="current-password" {...(accounts ? { hint: d('in.forgot') } : {})} />}
        <WaitLine left={left} />
        <Problems problem={problem.value} />
        <Buttons>
          {!accounts && <Action text={c('session.look')} onClick={lookOnly} />}
          <Action text={c('session.signIn')} icon="check" kind="main" submit off={!ready || busy.value} />
        </Buttons>
      </form>
    </Modal>
  );
}
