// What this console remembers of its owner's habits: sound, one-key shortcuts, the name last used.
import { signal } from '@preact/signals';

const PREFIX = 'shiftwall.console.';

function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it is asked again next time.
  }
}

/** Single letters act: some people's tools type letters by themselves, so that it can be turned off. */
export const oneKey = signal(recall('keys') !== 'off');
export const lastPerson = signal(recall('person') ?? '');
/** Sound is wanted; whether the browser lets it out is console_sound's to know. */
export const soundWanted = signal(recall('sound') === 'on');

export function setOneKey(on: boolean): void {
  oneKey.value = on;
  keep('keys', on ? 'on' : 'off');
}

export function setSoundWanted(on: boolean): void {
  soundWanted.value = on;
  keep('sound', on ? 'on' : 'off');
}

export function setLastPerson(person: string): void {
  lastPerson.value = person;
  keep('person', person);
}
