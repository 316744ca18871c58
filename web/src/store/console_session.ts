// Who sits at this console. Everything that is recorded bears that name.
import { computed, signal } from '@preact/signals';
import { backoffMs } from '../net/backoff';
import { call, type Request } from '../net/console';
import { asSession, type Problem, type Session } from '../wire/console';

const PATH = '/api/v1/session';
// Roles that read only; whoever has none yet may try, the server decides.
const READERS: readonly string[] = ['display', 'agent', 'quality'];
const CHIEFS: readonly string[] = ['duty', 'manager', 'admin'];

export const session = signal<Session | undefined>(undefined);
export const sessionFailed = signal(false);
/** The sign-in dialog: open, and whether something waits to be recorded. */
export const asking = signal<{ readonly why: boolean } | undefined>(undefined);

export const signedIn = computed(() => (session.value?.person !== undefined || session.value?.name !== undefined) && !session.value?.mustChange);
/** There are accounts, and nobody is signed in: nothing may be seen. */
export const outside = computed(() => session.value?.accounts === true && !signedIn.value);
export const mayWrite = computed(() => !READERS.includes(session.value?.role ?? ''));
/** Who leads the whole floor, or may do as much: whoever is at this machine while there are no accounts. */
export const isChief = computed(() => session.value?.open === true || CHIEFS.includes(session.value?.role ?? ''));
export const isLeader = computed(() => isChief.value || session.value?.role === 'lead');
export const isAgent = computed(() => session.value?.role === 'agent');

/** Whom one may see the record of and nothing else: the agent who is signed in; undefined for everybody else. */
export const onlySelf = computed(() => (isAgent.value ? session.value?.person : undefined));
/** How often something was recorded from here: what is not pushed is read again. */
export const recorded = signal(0);

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

/** Whose id a record bears, by the name they are called. */
export function personName(id: string | undefined): string {
  const people = session.value?.people ?? [];
  return people.find((one) => one.id === id)?.name ?? id ?? '';
}

/**
 * After the line was lost: a daemon that came back knows nobody. Who gave only a name gives it again by themselves; who
 * needs a PIN is asked for it.
 */
export async function renewSession(): Promise<void> {
  const before = session.peek();
  if (before?.person === undefined && before?.name === undefined) return;
  const answer = await call({ method: 'GET', path: PATH });
  if (!answer.ok) return;
  const found = asSession(answer.doc);
  if (found.person !== undefined || found.name !== undefined) session.value = found;
  else if (found.open && before.name !== undefined) await signIn({ name: before.name });
  else {
    session.value = found;
    asking.value ??= { why: false };
  }
}

/** REQUEST with who sends it: where a name is enough it is recorded even by a daemon that has just come back. */
export function signed(request: Request): Request {
  const { open = false, name } = session.peek() ?? {};
  if (!open || name === undefined) return request;
  if (request.csv !== undefined) return { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}by=${encodeURIComponent(name)}` };
  return { ...request, json: { ...request.json, by: name } };
}

export type Credentials = { readonly name: string } | { readonly person: string; readonly password: string };

/** Undefined when it worked, else what is wrong. */
export async function signIn(credentials: Credentials): Promise<Problem | undefined> {
  const answer = await call({ method: 'POST', path: PATH, json: { ...credentials } });
  if (!answer.ok) return answer.problem;
  const next = asSession(answer.doc);
  session.value = { ...session.peek(), ...next, people: next.people.length ? next.people : (session.peek()?.people ?? []) };
  if (!next.mustChange) settle(signedIn.peek());
  return undefined;
}

/** Undefined when the password is NEXT from now on, else what is wrong. The other sessions of the account end. */
export async function changePassword(password: string, next: string): Promise<Problem | undefined> {
  const answer = await call({ method: 'POST', path: `${PATH}/password`, json: { password, new_password: next } });
  if (!answer.ok) return answer.problem;
  const { mustChange: _, ...before } = session.peek() ?? asSession({});
  session.value = { ...before, ...asSession(answer.doc) };
  if (asking.peek()) settle(signedIn.peek());
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
  const { open = false, people = [], accounts } = session.peek() ?? {};
  session.value = { teams: [], open, people, ...(accounts ? { accounts } : {}) };
}
