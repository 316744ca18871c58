// The views the daemon sends. Times are epoch ms, durations ms, ratios 0..1; an undefined figure is an absent member.

export type Level = 'ok' | 'warning' | 'critical';
export type Severity = 'info' | 'warning' | 'critical';
export type FeedStatus = 'live' | 'stale' | 'catching-up' | 'incomplete';
export type Formula = 'all' | 'ignore_abandoned_in_target' | 'ignore_short' | 'abandoned_ok' | 'answered_only';

export const AGENT_STATES = [
  'ready', 'ringing', 'dialing', 'talking', 'hold', 'wrapup', 'break', 'meal', 'busy', 'meeting', 'offline',
] as const;
export type AgentState = (typeof AGENT_STATES)[number];
export type States = { readonly [S in AgentState]?: number };

export const WINDOWS = ['today', 'interval', 'last15', 'last30', 'last60'] as const;
export type WindowName = (typeof WINDOWS)[number];

/** One window's figures of a queue, a group or the site. */
export interface Kpi {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly short_abandoned: number;
  readonly exited: number;
  readonly handled: number;
  readonly answered_in_target: number;
  readonly abandoned_in_target: number;
  readonly wait_answered_ms: number;
  readonly wait_abandoned_ms: number;
  readonly longest_wait_ms: number;
  readonly talk_ms: number;
  readonly hold_ms: number;
  readonly wrapup_ms: number;
  readonly carried_in?: number;
  readonly overdue?: number;
  readonly exits?: { readonly [reason: string]: number };
  readonly fifo_violations?: number;
  readonly answer_rate?: number;
  readonly abandon_rate?: number;
  readonly service_level?: number;
  readonly asa_ms?: number;
  readonly awt_abandoned_ms?: number;
  readonly att_ms?: number;
  readonly hold_avg_ms?: number;
  readonly acw_ms?: number;
  readonly aht_ms?: number;
  readonly wait_p50_ms?: number;
  readonly wait_p90_ms?: number;
  readonly wait_p95_ms?: number;
}

export type Windows = { readonly [W in WindowName]: Kpi };

export interface WaitingCall {
  readonly queue: string;
  readonly since: number;
  readonly priority?: number;
}

export interface QueueNow {
  readonly waiting: number;
  readonly overdue?: number;
  readonly oldest_since?: number;
  readonly staffed: number;
  readonly agents: States;
}

export interface SiteNow extends QueueNow {
  readonly oldest_queue?: string;
  readonly calls?: { readonly [id: string]: WaitingCall };
}

export interface Indicator {
  readonly value?: number;
  readonly num?: number;
  readonly den?: number;
  readonly goal?: number;
  readonly warning?: number;
  readonly critical?: number;
  readonly little?: number;
  readonly much?: number;
  readonly calls_per_hour?: number;
  readonly level?: Level;
}

export const INDICATORS = ['answer_rate', 'work_efficiency', 'non_service', 'idle'] as const;
export type IndicatorName = (typeof INDICATORS)[number];

export interface Diagnosis {
  readonly code: 'people' | 'floor_control' | 'routing' | 'ok';
  readonly params?: {
    readonly sure?: boolean;
    readonly short?: number;
    readonly required?: number;
    readonly signed_in?: number;
    readonly break?: number;
    readonly meal?: number;
    readonly busy?: number;
    readonly meeting?: number;
    readonly wrapup?: number;
    readonly who?: readonly { readonly agent: string; readonly state: AgentState; readonly since: number }[];
    readonly queue?: string;
    readonly idle_agents?: number;
  };
}

export interface Notice {
  readonly text: string;
  readonly since: number;
  readonly until?: number;
}

export interface Alarm {
  readonly source: string;
  readonly text: string;
  readonly severity: Severity;
  readonly since: number;
}

export interface Feed {
  readonly status: FeedStatus;
  readonly since: number;
  readonly last_event?: number;
  /** Of the journal that is being read, 0..1. */
  readonly progress?: number;
  readonly incomplete_since?: number;
  readonly rejected?: number;
  readonly contradictions?: number;
  readonly clock_skew?: number;
  readonly duplicates?: number;
}

export interface SiteServiceLevel {
  readonly value?: number;
  readonly num: number;
  readonly den: number;
  readonly goal?: number;
  readonly warning?: number;
  readonly critical?: number;
  readonly level?: Level;
  readonly formula?: Formula;
  readonly target_ms?: number;
  readonly live?: boolean;
}

/** Sign-in against the roster: of the site, or of a team. */
export interface Attendance {
  readonly scheduled: number;
  readonly present: number;
  readonly presence_rate?: number;
  readonly due: number;
  readonly attended: number;
  readonly pending: number;
  readonly absent: number;
  readonly leave: number;
  readonly late: number;
  readonly early_leave: number;
  readonly slots_left: number;
  readonly attendance_rate?: number;
  readonly attendance_goal: number;
  readonly attendance_level?: Level;
  readonly adherence?: number;
  readonly adherence_goal: number;
  readonly adherence_level?: Level;
}

export interface SiteView extends Windows {
  readonly name: string;
  readonly zone: string;
  readonly day: string;
  readonly day_start: number;
  readonly day_end: number;
  readonly interval_start: number;
  readonly interval_ms: number;
  readonly names?: boolean;
  readonly now: SiteNow;
  readonly service_level: SiteServiceLevel;
  readonly indicators: { readonly [I in IndicatorName]: Indicator };
  readonly diagnosis?: Diagnosis;
  readonly next_n?: number;
  readonly notices?: readonly Notice[];
  readonly alarms?: readonly Alarm[];
  readonly attendance?: Attendance;
  readonly feed?: Feed;
}

export interface QueueView extends Windows {
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly queues?: readonly string[];
  readonly target_ms?: number;
  readonly short_ms?: number;
  readonly formula?: Formula;
  readonly goal?: number;
  readonly warning?: number;
  readonly critical?: number;
  readonly level?: Level;
  readonly answer_level?: Level;
  readonly waiting_level?: Level;
  readonly wait_warning_ms?: number;
  readonly wait_critical_ms?: number;
  readonly now: QueueNow;
  readonly next_n?: number;
}

export interface QueuesView {
  readonly queues: { readonly [id: string]: QueueView };
  readonly groups?: { readonly [id: string]: QueueView };
}

/** One window's figures of an agent or a team; a time that is zero is absent. */
export type Times = { readonly [M in `${Exclude<AgentState, 'offline'> | 'staffed' | 'talk' | 'call_hold'}_ms`]?: number } & {
  readonly handled?: number;
  readonly holds?: number;
  readonly declined?: number;
  readonly transferred?: number;
  readonly dialed?: number;
  readonly connected?: number;
  readonly successes?: number;
  readonly occupancy?: number;
  readonly utilisation?: number;
  readonly non_service?: number;
  readonly idle?: number;
  readonly calls_per_hour?: number;
  readonly aht_ms?: number;
};

export interface TeamView {
  readonly name?: string;
  readonly now: { readonly agents: number; readonly staffed: number; readonly states: States };
  readonly today: Times;
  readonly interval: Times;
}

export interface TeamsView {
  readonly teams: { readonly [id: string]: TeamView };
  readonly attendance?: { readonly [id: string]: Attendance };
}

/** An alert, as a public wall may show it: of agents only what and how many, unless the rule allows more. */
export interface StripAlert {
  readonly rule: string;
  readonly severity: Severity;
  readonly kind: string;
  readonly label?: string;
  readonly team?: string;
  readonly count?: number;
  readonly opened: number;
  readonly since: number;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: 'ms' | 'count' | 'ppm';
  readonly acked?: boolean;
}

export interface StripBreak {
  readonly label: string;
  readonly team?: string;
  readonly since: number;
  readonly until: number;
}

export interface StripView {
  readonly alerts: { readonly [id: string]: StripAlert };
  readonly breaks: { readonly [agent: string]: StripBreak };
  readonly walk?: {
    readonly next?: number;
    readonly due?: number;
    readonly state?: 'due' | 'started' | 'reminded' | 'missed';
    readonly duty?: string;
    readonly done: number;
    readonly missed: number;
  };
}

export interface AgentView {
  readonly name?: string;
  readonly seat?: string;
  readonly team?: string;
  readonly state: AgentState;
  readonly reason?: string;
  readonly since: number;
  readonly queue?: string;
  readonly call?: boolean;
  readonly queues?: readonly string[];
  readonly limit_ms?: number;
  readonly marks?: readonly string[];
  readonly today?: Times & { readonly breaks?: { readonly used?: number; readonly overruns?: number; readonly overrun_ms?: number } };
  readonly interval?: Times;
}

export interface AgentsView {
  readonly agents: { readonly [id: string]: AgentView };
}

export interface IntervalFigures {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly exited?: number;
  readonly waiting?: number;
  readonly answer_rate?: number;
  readonly service_level?: number;
  readonly asa_ms?: number;
}

export interface IntervalsView {
  readonly interval_ms: number;
  readonly day_start: number;
  readonly day_end: number;
  readonly intervals: { readonly [start: string]: IntervalFigures };
}

export interface StaffingNow {
  readonly scheduled: number;
  readonly present: number;
  readonly signed_in: number;
  readonly required?: number;
  readonly by_erlang?: number;
  readonly to_schedule?: number;
  readonly short?: number;
  readonly why?: 'no_calls' | 'no_aht' | 'beyond';
  readonly by: 'forecast' | 'lately';
  readonly calls?: number;
  readonly per_ms: number;
  readonly aht_ms?: number;
  readonly method: 'table' | 'erlang_a' | 'erlang_c';
  readonly patience_ms?: number;
  readonly table_too_small?: boolean;
}

export interface StaffingInterval {
  readonly scheduled: number;
  readonly present?: number;
  readonly signed_in?: number;
  readonly required?: number;
  readonly offered?: number;
  readonly forecast?: number;
}

export interface StaffingView {
  readonly interval_ms: number;
  readonly day_start: number;
  readonly day_end: number;
  readonly now?: StaffingNow;
  readonly forecast?: { readonly days: number; readonly scaled: boolean; readonly scale?: number; readonly expected?: number; readonly offered: number };
  readonly intervals: { readonly [start: string]: StaffingInterval };
}

export interface Hello {
  readonly op: 'hello';
  readonly server: string;
  readonly now: number;
  readonly site?: string;
  readonly sites?: readonly string[];
  readonly epoch?: string;
  /** Which paired screen opened the line, and the boards it shows. */
  readonly screen?: { readonly id: string; readonly name: string };
  readonly board?: string;
}
