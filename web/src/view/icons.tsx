// Shapes of our own, on a grid of 16. Each state and each level has a shape that is told apart without its colour.
import type { JSX } from 'preact';
import type { AgentState, Level, Severity } from '../wire/types';

const STATE_PATHS: { readonly [S in AgentState]: string } = {
  // A ring with a full middle: open for the next call.
  ready: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6ZM8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5Z',
  // A bell.
  ringing: 'M8 1c-2.9 0-4.8 2.2-4.8 5v3.2L1.6 11.8v.9h12.8v-.9l-1.6-2.6V6c0-2.8-1.9-5-4.8-5ZM6 13.7a2 1.9 0 0 0 4 0Z',
  // An arrow that leaves a box.
  dialing: 'M2 4h5v2H4v6h6V9h2v5H2ZM9 1h6v6h-2.2V4.8L8.3 9.3L6.7 7.7l4.5-4.5H9Z',
  // A speech bubble.
  talking: 'M3 1.5h10A2 2 0 0 1 15 3.5v6a2 2 0 0 1-2 2H8L4 15v-3.5H3a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2Z',
  // Two bars.
  hold: 'M3 2h3.8v12H3ZM9.2 2H13v12H9.2Z',
  // A pencil.
  wrapup: 'M11.5 1L15 4.5L5.5 14L1 15l1-4.5ZM10 4.5L3.7 10.8l1.5 1.5L11.5 6Z',
  // A cup.
  break: 'M2 3h10v1.5h1a2.5 2.5 0 0 1 0 5h-1.3A4.5 4.5 0 0 1 7.5 12h-1A4.5 4.5 0 0 1 2 7.5Zm10 3v2h1a1 1 0 0 0 0-2ZM1.5 13.2h11V15h-11Z',
  // A bowl with sticks.
  meal: 'M1 8h14a7 6.5 0 0 1-4.5 6.3V15h-5v-.7A7 6.5 0 0 1 1 8ZM9.5 1l1.5.4L9.8 7H8.2ZM13 1.6l1.4.7L12 7h-1.7Z',
  // No entry.
  busy: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM3.6 6.6v2.8h8.8V6.6Z',
  // Two people.
  meeting: 'M5 2a2.6 2.6 0 1 1 0 5.2A2.6 2.6 0 0 1 5 2Zm6.2 1a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 0 1 0-4.4ZM.5 14c0-3.5 1.8-5.6 4.5-5.6s4.5 2.1 4.5 5.6Zm10.4 0c0-2.2-.6-3.9-1.6-5.1c2.7-1 6.2.5 6.2 5.1Z',
  // A broken ring.
  offline: 'M7 1h2v7H7ZM4.3 3.2l1.3 1.6a4.5 4.5 0 1 0 4.8 0l1.3-1.6a6.5 6.5 0 1 1-7.4 0Z',
};

const LEVEL_PATHS: { readonly [L in Level | 'info']: string } = {
  ok: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.3 3.7L7 9L4.7 6.8L3.2 8.3L7 12l5.9-5.8Z',
  warning: 'M8 1l7.5 13.5H.5ZM7 6v4.5h2V6Zm0 5.6v1.9h2v-1.9Z',
  critical: 'M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5ZM5.6 4.2L4.2 5.6L6.6 8l-2.4 2.4l1.4 1.4L8 9.4l2.4 2.4l1.4-1.4L9.4 8l2.4-2.4l-1.4-1.4L8 6.6Z',
  info: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM7 3.5v2h2v-2Zm0 3.3v5.7h2V6.8Z',
};

const OTHER_PATHS = {
  live: 'M8 5a3 3 0 1 1 0 6a3 3 0 0 1 0-6ZM3.4 2.4l1.4 1.4a6 6 0 0 0 0 8.4l-1.4 1.4a8 8 0 0 1 0-11.2Zm9.2 0a8 8 0 0 1 0 11.2l-1.4-1.4a6 6 0 0 0 0-8.4Z',
  broken: 'M1.7.3L15.7 14.3l-1.4 1.4L.3 1.7ZM8 2c2 0 4 .7 5.6 2L12.2 5.5A6.7 6.7 0 0 0 7 4.1L5.2 2.3C6.1 2.1 7 2 8 2ZM3.3 5.1L5 6.8L3.8 8L2.4 6.5ZM8 11a2 2 0 0 1 1.5 3.3L8 16l-1.5-1.7A2 2 0 0 1 8 11Z',
  catching: 'M8 1a7 7 0 0 1 6.3 4l1.7-.8l-.9 5l-4.5-2l1.8-.9A4.9 4.9 0 0 0 3.2 7L1.1 6.6A7 7 0 0 1 8 1ZM12.8 9l2.1.4A7 7 0 0 1 1.7 11L0 11.8l.9-5l4.5 2L3.6 9.7A4.9 4.9 0 0 0 12.8 9Z',
  clock: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6ZM7 4.5h2v3l2.2 2.2l-1.4 1.4L7 8.4Z',
  expand: 'M1 1h5.5v2H3v3.5H1ZM9.5 1H15v5.5h-2V3H9.5ZM1 9.5h2V13h3.5v2H1ZM13 9.5h2V15H9.5v-2H13Z',
  close: 'M3 1.6L8 6.6l5-5L14.4 3L9.4 8l5 5L13 14.4L8 9.4l-5 5L1.6 13l5-5l-5-5Z',
} as const;

type Other = keyof typeof OTHER_PATHS;

function Shape({ path, name }: { path: string; name: string }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path fill="currentColor" fill-rule="evenodd" d={path} />
    </svg>
  );
}

export const StateIcon = ({ state }: { state: AgentState }): JSX.Element => <Shape path={STATE_PATHS[state]} name={state} />;
export const LevelIcon = ({ level }: { level: Level | Severity }): JSX.Element => <Shape path={LEVEL_PATHS[level]} name={level} />;
export const Icon = ({ name }: { name: Other }): JSX.Element => <Shape path={OTHER_PATHS[name]} name={name} />;
