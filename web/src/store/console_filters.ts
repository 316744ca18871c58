// What each section of the console shows of what there is. Kept while one looks elsewhere.
import { signal } from '@preact/signals';

export const FLOOR_FILTERS = ['all', 'over', 'break', 'busy', 'idle', 'handling', 'offline'] as const;
export type FloorFilter = (typeof FLOOR_FILTERS)[number];
export const floorFilter = signal<FloorFilter>('all');

export const SIGNIN_FILTERS = ['attention', 'all', 'not_yet', 'late', 'absent', 'present', 'on_leave', 'over'] as const;
export type SigninFilter = (typeof SIGNIN_FILTERS)[number];
export const signinFilter = signal<SigninFilter>('attention');

export const ALERT_FILTERS = ['open', 'unacked', 'undecided'] as const;
export type AlertFilter = (typeof ALERT_FILTERS)[number];
export const alertFilter = signal<AlertFilter>('open');

export const DAY_TABS = ['breaches', 'grants', 'audit'] as const;
export type DayTab = (typeof DAY_TABS)[number];
export const dayTab = signal<DayTab>('breaches');

export const BREACH_FILTERS = ['all', 'undecided', 'confirmed', 'excused', 'disputed'] as const;
export type BreachFilter = (typeof BREACH_FILTERS)[number];
export const breachFilter = signal<BreachFilter>('all');

/** The day of the roster that is looked at, 2026-11-23; undefined is today. */
export const rosterDate = signal<string | undefined>(undefined);
/** The day whose sign-in charts are shown; undefined is today. */
export const chartDate = signal<string | undefined>(undefined);
export const showOffRules = signal(false);
/** Counted up with each upload from here, so that the day on show is read again. */
export const rosterChanged = signal(0);
