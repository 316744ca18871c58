// What the dialog shows, if it is open.
import { signal } from '@preact/signals';
import type { FigureId } from '../i18n';
import type { Reading } from '../view/figures';
import type { AgentState, WindowName } from '../wire/types';

export type Explained =
  | {
      readonly kind: 'figure';
      readonly id: FigureId;
      /** The state counted, where the figure is a number of agents. */
      readonly state?: AgentState;
      readonly scope: () => string;
      readonly window: WindowName | 'now';
      /** Read again at every change, so that the open dialog stays live. */
      readonly read: () => Reading | undefined;
    }
  | { readonly kind: 'agent'; readonly id: string; readonly team: string | undefined };

export const explained = signal<Explained | undefined>(undefined);
