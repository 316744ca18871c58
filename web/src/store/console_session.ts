// Who sits at this console. Everything that is recorded bears that name.
import { computed, signal } from '@preact/signals';
import { backoffMs } from '../net/backoff';
import { call } from '../net/console';
import { asSession, type Problem, type Session } from '../wire/console';

const PATH = '/api/v1/session';
// Roles that read only; whoever has none yet may try, the server decides.
const READERS: readonly string[] = ['display', 'agent', 'quality'];

export const session = signal<Session | undefined>(undefined);
export const sessionFailed = signal(false);
/** The sign-in dialog: open, and whether something waits to be recorded. */
export const asking = signal<{ readonly why: boolean } | undefined>(undefined);

export const signedIn = computed(() => session.value?.person !== undefined || session.value?.name !== undefined);
export const mayWrite = computed(() => !READERS.includes(session.value?.role ?? ''));
export const isAgent = computed(() => session.value?.role === 'agent');

let waiting: ((signed: boolean) => void)[] = [];

function settle(signed: boolean): void {
  const list = waiting;
  waiting = [];
  asking.value = undefined;
  for (const done of list) done(signed);
}

/** True once somebody has signed in; false when they would rather not. */
export function ensureSignedIn(): Promise<boolean> {
  if (signedIn.peek()) return Promise.resolve(true);
  asking.value = { why: true };
  return new Promise((resolve) => { waiting.push(resolve); });
}

export function lookOnly(): void {
  settle(false);
}

/** Reads the session until it answers; then asks for a name where there is none. */
export async function loadSession(): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const answer = await call({ method: 'GET', path: PATH });
    if (answer.ok) {
      session.value = asSession(answer.doc);
      sessionFailed.value = false;
      if (!signedIn.peek()) asking.value ??= { why: false };
      return;
    }
    sessionFailed.value = true;
    await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random)));
  }
}

export type Credentials = { readonly name: string } | { readonly person: string; readonly pin: string };

/** Undefined when it worked, else what is wrong. */
export async function signIn(credentials: Credentials): Promise<Problem | undefined> {
  const answer = await call({ method: 'POST', path: PATH, json: { ...credentials } });
  if (!answer.ok) return answer.problem;
  const next = asSession(answer.doc);
  session.value = { ...session.peek(), ...next, people: next.people.length ? next.people : (session.peek()?.people ?? []) };
  settle(signedIn.peek());
  return undefined;
}

export async function signOut(): Promise<Problem | undefined> {
  const answer = await call({ method: 'DELETE', path: PATH });
  if (!answer.ok) return answer.problem;
  forget();
  void loadSession();
  return undefined;
}

/** The server does not know us any more. */
export function forget(): void {
  const { open = false, people = [] } = session.peek() ?? {};
  session.value = { teams: [], open, people };
}
