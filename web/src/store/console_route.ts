// Where in the console one is. It is kept in the fragment of the address, so that back and forward work, on a phone too.
import { computed, signal } from '@preact/signals';
import { isChief, isLeader, onlySelf, outside, session } from './console_session';

export const SECTIONS = ['floor', 'breaks', 'signin', 'alerts', 'walk', 'roster', 'queues', 'day', 'charts', 'reports', 'staffing', 'chat', 'policy', 'screens', 'accounts', 'audit', 'more'] as const;
export type Section = (typeof SECTIONS)[number];

export type Place = { readonly section: Section } | { readonly section: 'agent'; readonly agent: string };

export function parsePlace(hash: string): Place {
  const [section = '', rest = ''] = hash.replace(/^#/, '').split('/');
  if (section === 'agent' && rest) {
    try {
      return { section: 'agent', agent: decodeURIComponent(rest) };
    } catch {
      return { section: 'floor' };
    }
  }
  const known = SECTIONS.find((s) => s === section);
  return { section: known ?? 'floor' };
}

export function hashOf(place: Place): string {
  return place.section === 'agent' ? `#agent/${encodeURIComponent(place.agent)}` : `#${place.section}`;
}

export const place = signal<Place>({ section: 'floor' });
// What an agent may see: the record of themselves, and the floor as on a wall that is for everybody.
const SELF_SECTIONS: readonly Section[] = ['floor', 'queues', 'more'];

/** Whether SECTION is for whoever is signed in. */
export function isOpenTo(section: Section): boolean {
  const { role, open = false, accounts = false } = session.value ?? {};
  if (outside.value) return section === 'more';
  if (onlySelf.value !== undefined) return SELF_SECTIONS.includes(section) && (!accounts || section === 'more');
  switch (section) {
    // Papers of all teams, which no lead of some may read.
    case 'reports': case 'chat': return role !== 'lead';
    case 'screens': return isLeader.value;
    case 'audit': return isChief.value;
    // While there are no accounts it says how the first is made.
    case 'accounts': return role === 'admin' || open;
    default: return true;
  }
}

/** Where one is shown to be: an agent finds their own record wherever they may not look. */
export const shownPlace = computed<Place>(() => {
  const self = onlySelf.value;
  const at = place.value;
  if (at.section !== 'agent' && isOpenTo(at.section)) return at;
  return self !== undefined ? { section: 'agent', agent: self } : at.section === 'agent' ? at : { section: outside.value ? 'more' : 'floor' };
});

/** The section that is lit in the navigation: an agent's record belongs to where one came from. */
export const cameFrom = signal<Section>('floor');
export const lit = computed<Section>(() => (shownPlace.value.section === 'agent' ? cameFrom.value : shownPlace.value.section));

function renew(): void {
  const next = parsePlace(location.hash);
  if (next.section !== 'agent') cameFrom.value = next.section;
  if (hashOf(next) !== hashOf(place.peek())) place.value = next;
}

export function goTo(next: Place): void {
  if (hashOf(next) === hashOf(place.peek())) return;
  location.hash = hashOf(next);
  renew();
}

export function goBack(): void {
  goTo({ section: cameFrom.peek() });
}

export function followAddress(): void {
  addEventListener('hashchange', renew);
  renew();
}

/** What is typed into the search field: one for all sections. */
export const search = signal('');
/** The team looked at; undefined is all. */
export const teamFilter = signal<string | undefined>(undefined);
/** "g" was pressed and the next letter says where to. */
export const going = signal(false);
