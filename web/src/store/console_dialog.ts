// Which form is open, and about whom.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { GrantKind } from '../wire/console';

export type Form =
  | {
      readonly kind: 'grant';
      readonly agent?: string;
      readonly grant?: GrantKind;
      /** The beginning and, if it is over, the end of what is to be covered. */
      readonly since?: number;
      readonly until?: number;
      /** The allowed end that is to be moved on. */
      readonly extend?: number;
    }
  | { readonly kind: 'decide'; readonly breach: string }
  | { readonly kind: 'dispute'; readonly breach: string }
  | { readonly kind: 'swap'; readonly agent?: string }
  | { readonly kind: 'notice' }
  | { readonly kind: 'duty' }
  | { readonly kind: 'close_walk'; readonly walk: string }
  | { readonly kind: 'note'; readonly walk: string; readonly item: string }
  | { readonly kind: 'upload' }
  | { readonly kind: 'help' }
  | { readonly kind: 'account' }
  /** A form of a section that is loaded later. */
  | { readonly kind: 'later'; readonly show: () => JSX.Element };

export const form = signal<Form | undefined>(undefined);

export function openForm(next: Form): void {
  form.value = next;
}

export function closeForm(): void {
  form.value = undefined;
}
