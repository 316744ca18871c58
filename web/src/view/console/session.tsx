// Signing in: a name where the machine is open to all, else a person and their PIN, or an account and its password.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, roleName } from '../../i18n/console';
import { asking, lookOnly, session, sessionFailed, signedIn, signIn, signOut } from '../../store/console_session';
import { lastPerson, setLastPerson } from '../../store/console_settings';
import { say } from '../../store/console_write';
import type { Problem } from '../../wire/console';
import { problemText } from './acts';
import { Buttons, Field, Modal, Problems } from './dialogs';
import { Action } from './parts';
import { Sign } from './icons';

export function SignInForm(): JSX.Element | null {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const who = useSignal(lastPerson.value);
  const pin = useSignal('');
  const ask = asking.value;
  const now = session.value;
  if (!ask) return null;
  const open = now?.open ?? false;
  const people = now?.people ?? [];
  const ready = who.value.trim() !== '' && (open || pin.value !== '');
  const submit = async (): Promise<void> => {
    if (!ready || busy.value) return;
    busy.value = true;
    problem.value = await signIn(open ? { name: who.value.trim() } : { person: who.value.trim(), pin: pin.value });
    busy.value = false;
    pin.value = '';
    if (!problem.value) setLastPerson(who.value.trim());
  };
  return (
    <Modal title={c('session.title')} name="session" close={lookOnly}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {ask.why && <p class="hint">{c('session.why')}</p>}
        {sessionFailed.value && now === undefined && <p class="problem is-critical" role="alert">{c('session.failed')}</p>}
        {open || !people.length ? (
          <Field label={c(open ? 'session.name' : 'session.person')} id="session-who" {...(open ? { hint: c('session.nameHow') } : {})}>
            <input id="session-who" class="field" data-first type="text" maxLength={64} required autoComplete="username" value={who.value} onInput={(event) => { who.value = event.currentTarget.value; }} />
          </Field>
        ) : (
          <Field label={c('session.person')} id="session-who">
            <select id="session-who" class="field" data-first required value={who.value} onChange={(event) => { who.value = event.currentTarget.value; }}>
              <option value="">{c('session.choose')}</option>
              {people.map((p) => <option key={p.id} value={p.id}>{p.name ?? p.id}{p.role === undefined ? '' : ` · ${roleName(p.role)}`}</option>)}
            </select>
          </Field>
        )}
        {!open && (
          <Field label={c(people.length ? 'session.pin' : 'session.password')} id="session-pin">
            <input id="session-pin" class="field" type="password" inputMode={people.length ? 'numeric' : 'text'} maxLength={256} required autoComplete="current-password" value={pin.value} onInput={(event) => { pin.value = event.currentTarget.value; }} />
          </Field>
        )}
        <Problems problem={problem.value} />
        <Buttons>
          <Action text={c('session.look')} onClick={lookOnly} />
          <Action text={c('session.signIn')} icon="check" kind="main" submit off={!ready || busy.value} />
        </Buttons>
      </form>
    </Modal>
  );
}

/** Who is signed in, and the way out or in. */
export function Account({ wide = false }: { readonly wide?: boolean }): JSX.Element {
  const me = session.value;
  if (!signedIn.value) return <span class="account"><Action text={c('session.signIn')} icon="person" onClick={() => { asking.value = { why: false }; }} /></span>;
  const leave = async (): Promise<void> => {
    const problem = await signOut();
    if (!problem && !session.peek()?.open) location.reload(); // what only they might see is gone from the screen
    else if (problem) say(`${c('session.signOut')} — ${problemText(problem)}`, { level: 'critical', stays: true });
  };
  return (
    <span class="account" data-person={me?.person ?? me?.name}>
      <Sign name="person" /><span class="account-name ellipsis">{me?.name ?? me?.person}{me?.role !== undefined && <span class="muted"> {roleName(me.role)}</span>}</span>
      {wide && <Action text={c('session.signOut')} onClick={() => void leave()} />}
    </span>
  );
}
