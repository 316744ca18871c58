// Shapes of our own, on a grid of 16. Each state and each level has a shape that is told apart without its colour.
import type { JSX } from 'preact';
import type { AgentState, Level, Severity } from '../wire/types';

const STATE_PATHS: { readonly [S in AgentState]: string } = {
  // A ring with a full middle: open for the next call.
  ready: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.200a4.800 4.800 0 1 0 0 9.600a4.800 4.800 0 0 0 0-9.600ZM8 5.500a2.500 2.500 0 1 1 0 5a2.500 2.500 0 0 1 0-5Z',
  // A bell.
  ringing: 'M8 1c-2.900 0-4.800 2.200-4.800 5v3.200L1.600 11.800v.9h12.800v-.9l-1.600-2.600V6c0-2.800-1.900-5-4.800-5ZM6 13.700a2 1.900 0 0 0 4 0Z',
  // An arrow that leaves a box.
  dialing: 'M2 4h5v2H4v6h6V9h2v5H2ZM9 1h6v6h-2.200V4.800L8.300 9.300L6.700 7.700l4.500-4.500H9Z',
  // A speech bubble.
  talking: 'M3 1.500h10A2 2 0 0 1 15 3.500v6a2 2 0 0 1-2 2H8L4 15v-3.500H3a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2Z',
  // Two bars.
  hold: 'M3 2h3.800v12H3ZM9.200 2H13v12H9.200Z',
  // A pencil.
  wrapup: 'M11.500 1L15 4.500L5.500 14L1 15l1-4.500ZM10 4.500L3.700 10.800l1.500 1.500L11.500 6Z',
  // A cup.
  break: 'M2 3h10v1.500h1a2.500 2.500 0 0 1 0 5h-1.300A4.500 4.500 0 0 1 7.500 12h-1A4.500 4.500 0 0 1 2 7.500Zm10 3v2h1a1 1 0 0 0 0-2ZM1.500 13.200h11V15h-11Z',
  // A bowl with sticks.
  meal: 'M1 8h14a7 6.500 0 0 1-4.500 6.300V15h-5v-.7A7 6.500 0 0 1 1 8ZM9.500 1l1.500.4L9.800 7H8.200ZM13 1.600l1.400.7L12 7h-1.700Z',
  // No entry.
  busy: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM3.600 6.600v2.800h8.800V6.600Z',
  // Two people.
  meeting: 'M5 2a2.600 2.600 0 1 1 0 5.200A2.600 2.600 0 0 1 5 2Zm6.200 1a2.200 2.200 0 1 1 0 4.400a2.200 2.200 0 0 1 0-4.400ZM.5 14c0-3.500 1.800-5.600 4.500-5.600s4.500 2.100 4.500 5.600Zm10.400 0c0-2.200-.6-3.900-1.600-5.100c2.700-1 6.200.5 6.200 5.100Z',
  // A broken ring.
  offline: 'M7 1h2v7H7ZM4.300 3.200l1.300 1.600a4.500 4.500 0 1 0 4.800 0l1.300-1.600a6.500 6.500 0 1 1-7.400 0Z',
};

const LEVEL_PATHS: { readonly [L in Level | 'info']: string } = {
  ok: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.300 3.700L7 9L4.700 6.800L3.200 8.300L7 12l5.900-5.800Z',
  warning: 'M8 1l7.500 13.500H.5ZM7 6v4.500h2V6Zm0 5.600v1.900h2v-1.900Z',
  critical: 'M5 .8h6L15.200 5v6L11 15.200H5L.8 11V5ZM5.600 4.200L4.200 5.600L6.600 8l-2.400 2.400l1.400 1.400L8 9.400l2.400 2.400l1.400-1.400L9.400 8l2.400-2.400l-1.400-1.400L8 6.600Z',
  info: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM7 3.500v2h2v-2Zm0 3.300v5.700h2V6.800Z',
};

const OTHER_PATHS = {
  live: 'M8 5a3 3 0 1 1 0 6a3 3 0 0 1 0-6ZM3.400 2.400l1.400 1.400a6 6 0 0 0 0 8.400l-1.400 1.400a8 8 0 0 1 0-11.200Zm9.200 0a8 8 0 0 1 0 11.200l-1.400-1.400a6 6 0 0 0 0-8.400Z',
  broken: 'M1.700.3L15.700 14.300l-1.400 1.400L.3 1.700ZM8 2c2 0 4 .7 5.600 2L12.200 5.500A6.700 6.700 0 0 0 7 4.100L5.200 2.300C6.100 2.100 7 2 8 2ZM3.300 5.100L5 6.800L3.800 8L2.400 6.500ZM8 11a2 2 0 0 1 1.500 3.300L8 16l-1.500-1.700A2 2 0 0 1 8 11Z',
  catching: 'M8 1a7 7 0 0 1 6.300 4l1.700-.8l-.9 5l-4.500-2l1.800-.9A4.900 4.900 0 0 0 3.200 7L1.100 6.600A7 7 0 0 1 8 1ZM12.800 9l2.100.4A7 7 0 0 1 1.700 11L0 11.800l.9-5l4.500 2L3.600 9.700A4.900 4.900 0 0 0 12.800 9Z',
  clock: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.200a4.800 4.800 0 1 0 0 9.600a4.800 4.800 0 0 0 0-9.600ZM7 4.500h2v3l2.200 2.200l-1.400 1.400L7 8.400Z',
  expand: 'M1 1h5.500v2H3v3.500H1ZM9.500 1H15v5.500h-2V3H9.500ZM1 9.500h2V13h3.500v2H1ZM13 9.500h2V15H9.500v-2H13Z',
  close: 'M3 1.600L8 6.600l5-5L14.400 3L9.400 8l5 5L13 14.400L8 9.400l-5 5L1.600 13l5-5l-5-5Z',
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
