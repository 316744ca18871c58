// Asterisk with app_queue, as far as its manager interface shows it: logins, lists, events with their headers, and the same told
// to a queue_log. Put together from what the sources say they send (app_queue.c, manager.c, manager_channels.c); there is no
// Asterisk here.
import crypto from 'node:crypto';
import { startSwitch } from './fake_switch.mjs';

const block = headers => Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('') + '\r\n';
const s = ms => Math.floor(ms / 1000);
const STATES = ['UNKNOWN', 'NOT_INUSE', 'INUSE', 'BUSY', 'INVALID', 'UNAVAILABLE', 'RINGING', 'RINGINUSE', 'ONHOLD'];

export class Asterisk {
  constructor({ user = 'shiftwall', secret = 'Nacht&Nebel', queues = ['support'], now = () => Date.now(), timestamps = false, log } = {}) {
    Object.assign(this, { user, secret, queues, now, timestamps, log, members: new Map(), calls: new Map(), channels: new Map(), lines: new Set(), actions: [], logins: 0, serial: 0 });
    Object.assign(this, { challenge: true, loaded: true, mayListChannels: true, system: true, banner: 'Asterisk Call Manager/9.0.0' });
  }
  static async start(scene, options = {}) {
    const pbx = new Asterisk(options);
    pbx.player = await startSwitch(scene, line => pbx.converse(line), { ending: '\r\n\r\n', ...options.player });
    pbx.where = pbx.player.where;
    return pbx;
  }

  // ---- the conversation ----

  converse(line) {
    let challenge;
    let open = false;
    line.say(`${this.banner}\r\n`);
    return text => {
      const action = Object.fromEntries(text.split('\r\n').filter(Boolean).map(l => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1).trim()]));
      this.actions.push(action);
      if (this.mute) return;
      const reply = (response, more = {}) => line.say(block({ Response: response, ...(action.ActionID ? { ActionID: action.ActionID } : {}), ...more }));
      if (action.Action === 'Challenge') {
        if (!this.challenge) return reply('Error', { Message: 'Must specify AuthType' });
        challenge = String(100000000 + (this.serial++ % 1000));
        return reply('Success', { Challenge: challenge });
      }
      if (action.Action === 'Login') {
        const key = crypto.createHash('md5').update(challenge + this.secret).digest('hex');
        const right = action.AuthType === 'MD5' ? challenge && action.Key === key : action.Secret === this.secret;
        if (action.Username !== this.user || !right) {
          reply('Error', { Message: 'Authentication failed' });
          line.hangUp();
          return;
        }
        this.logins++;
        open = true;
        this.lines.add(line);
        reply('Success', { Message: 'Authentication accepted' });
        if (this.system && this.loaded) line.say(block({ Event: 'FullyBooted', Privilege: 'system,all', Uptime: 1000, LastReload: 1000, Status: 'Fully Booted' }));
        return;
      }
      if (!open) return reply('Error', { Message: 'Permission denied' });
      if (action.Action === 'Ping') return reply('Success', { Ping: 'Pong', Timestamp: (Date.now() / 1000).toFixed(6) });
      if (action.Action === 'QueueStatus') return this.queueStatus(line, action, reply);
      if (action.Action === 'CoreShowChannels') return this.coreShowChannels(line, action, reply);
      reply('Error', { Message: 'Invalid/unknown command' });
    };
  }
  queueStatus(line, action, reply) {
    if (!this.loaded) return reply('Error', { Message: 'Invalid/unknown command' });
    const id = { ActionID: action.ActionID };
    const rows = [];
    for (const queue of this.queues) {
      const waiting = [...this.calls.values()].filter(c => c.queue === queue && c.phase === 'waiting');
      rows.push({ Event: 'QueueParams', Queue: queue, Max: 0, Strategy: 'ringall', Calls: waiting.length, Holdtime: 3, TalkTime: 50, Completed: 12, Abandoned: 3, ServiceLevel: 20, 'ServicelevelPerf': '90.0', Weight: 0, ...id });
      for (const m of this.members.values())
        if (m.queues.has(queue)) {
          const { Name, Location, ...rest } = this.memberFields(m, queue);
          const { MemberName, Interface, ...fields } = rest;
          rows.push({ Event: 'QueueMember', Queue: queue, Name: MemberName, Location: Interface, ...fields, ...id });
        }
      waiting.forEach((c, i) =>
        rows.push({ Event: 'QueueEntry', Queue: queue, Position: i + 1, Channel: c.channel, Uniqueid: c.id, CallerIDNum: '13800001111', CallerIDName: '王小明', ConnectedLineNum: 'unknown', ConnectedLineName: 'unknown', Wait: s(this.now() - c.joined), Priority: 0, ...id }),
      );
    }
    reply('Success', { EventList: 'start', Message: 'Queue status will follow' });
    this.during?.();
    line.say(rows.map(block).join(''));
    line.say(block({ Event: 'QueueStatusComplete', ...id, EventList: 'Complete', ListItems: rows.length + (this.lies ?? 0) }));
  }
  coreShowChannels(line, action, reply) {
    if (!this.mayListChannels) return reply('Error', { Message: 'Permission denied' });
    const id = { ActionID: action.ActionID };
    const rows = [...this.channels.values()].map(c => {
      const total = s(this.now() - c.since);
      const duration = [total / 3600, (total / 60) % 60, total % 60].map(n => String(Math.floor(n)).padStart(2, '0')).join(':');
      return { Event: 'CoreShowChannel', ...id, ...this.channel(c), Application: c.app, ApplicationData: c.data, Duration: duration, BridgeId: c.bridge ?? '' };
    });
    reply('Success', { EventList: 'start', Message: 'Channels will follow' });
    line.say(rows.map(block).join(''));
    line.say(block({ Event: 'CoreShowChannelsComplete', EventList: 'Complete', ListItems: rows.length, ...id }));
  }

  // ---- events ----

  raw(text) {
    for (const line of this.lines) {
      if (line.closed) this.lines.delete(line);
      else line.say(text);
    }
  }
  event(name, headers, privilege = 'call,all') {
    this.raw(block({ Event: name, Privilege: privilege, ...(this.timestamps ? { Timestamp: (this.now() / 1000).toFixed(6) } : {}), ...headers }));
  }
  channel(c, prefix = '') {
    const fields = { Channel: c.name, ChannelState: 6, ChannelStateDesc: 'Up', CallerIDNum: '13800001111', CallerIDName: '王小明', ConnectedLineNum: '<unknown>', ConnectedLineName: '<unknown>', Language: 'zh', AccountCode: '', Context: 'from-trunk', Exten: '8000', Priority: 7, Uniqueid: c.id, Linkedid: c.link };
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]));
  }
  write(call, queue, agent, verb, ...data) {
    this.log?.push(`${s(this.now())}|${call}|${queue}|${agent}|${verb}${data.length ? '|' + data.join('|') : ''}`);
  }
  newChannel(name, id, link, more = {}) {
    const c = { name, id, link, since: this.now(), app: '', data: '', ...more };
    this.channels.set(id, c);
    this.event('Newchannel', this.channel(c));
    this.event('VarSet', { ...this.channel(c), Variable: 'SIPURI', Value: 'sip:x@192.0.2.1' }, 'dialplan,all');
    return c;
  }
  hangup(c, cause = 16) {
    if (!this.channels.delete(c.id)) return;
    this.event('Hangup', { ...this.channel(c), Cause: cause, 'Cause-txt': 'Normal Clearing' });
  }

  // ---- members ----

  memberFields(m, queue) {
    const q = m.queues.get(queue);
    return { MemberName: m.name, Interface: m.interface, StateInterface: m.state, Membership: q.membership, Penalty: 0, CallsTaken: m.taken, LastCall: s(m.lastCall), LastPause: s(q.lastPause), LoginTime: s(m.login), InCall: m.status === 2 && m.call ? 1 : 0, Status: m.status, Paused: q.paused ? 1 : 0, PausedReason: q.reason, Wrapuptime: m.wrapup, Ringinuse: 0 };
  }
  member(name, queues = this.queues, { membership = 'dynamic', status = 1, wrapup = 0, interface: iface = `PJSIP/${name}`, state = iface } = {}) {
    let m = this.members.get(name);
    if (!m) this.members.set(name, (m = { name, interface: iface, state, queues: new Map(), status, taken: 0, lastCall: 0, login: this.now(), wrapup }));
    for (const queue of queues) {
      m.queues.set(queue, { membership, paused: false, reason: '', lastPause: 0 });
      this.event('QueueMemberAdded', { Queue: queue, ...this.memberFields(m, queue) }, 'agent,all');
      this.write('REALTIME', queue, m.name, 'ADDMEMBER', '');
    }
    return m;
  }
  remove(name, queues) {
    const m = this.members.get(name);
    for (const queue of queues ?? [...m.queues.keys()]) {
      const fields = this.memberFields(m, queue);
      m.queues.delete(queue);
      this.event('QueueMemberRemoved', { Queue: queue, ...fields }, 'agent,all');
      this.write('REALTIME', queue, m.name, 'REMOVEMEMBER', '');
    }
  }
  /** Of all queues (as PAUSEALL), or of those named. */
  pause(name, reason, queues) {
    const m = this.members.get(name);
    if (!queues) this.write('NONE', 'NONE', m.name, reason === undefined ? 'UNPAUSEALL' : 'PAUSEALL', reason ?? '');
    for (const queue of queues ?? [...m.queues.keys()]) {
      Object.assign(m.queues.get(queue), reason === undefined ? { paused: false, reason: '' } : { paused: true, reason, lastPause: this.now() });
      this.event('QueueMemberPause', { Queue: queue, ...this.memberFields(m, queue) }, 'agent,all');
      this.write('NONE', queue, m.name, reason === undefined ? 'UNPAUSE' : 'PAUSE', reason ?? '');
    }
  }
  status(name, status) {
    const m = this.members.get(name);
    if (m.status === status) return;
    m.status = status;
    this.event('DeviceStateChange', { Device: m.state, State: STATES[status] });
    for (const queue of m.queues.keys()) this.event('QueueMemberStatus', { Queue: queue, ...this.memberFields(m, queue) }, 'agent,all');
  }

  // ---- calls ----

  join(id, queue = this.queues[0]) {
    let c = this.calls.get(id);
    if (!c) {
      c = { id, channel: `PJSIP/trunk-${String(++this.serial).padStart(8, '0')}` };
      this.calls.set(id, c);
      c.caller = this.newChannel(c.channel, id, id);
    }
    Object.assign(c, { queue, phase: 'waiting', joined: this.now() });
    Object.assign(c.caller, { app: 'Queue', data: `${queue},tT,,,60`, bridge: undefined });
    this.event('QueueCallerJoin', { ...this.channel(c.caller), Queue: queue, Position: 1, Count: 1 }, 'agent,all');
    this.event('MusicOnHoldStart', { ...this.channel(c.caller), Class: 'default' });
    this.write(id, queue, 'NONE', 'ENTERQUEUE', '', '13800001111', 1);
    return c;
  }
  leave(c) {
    this.event('QueueCallerLeave', { ...this.channel(c.caller), Queue: c.queue, Count: 0, Position: 1 }, 'agent,all');
  }
  ring(id, name) {
    const [c, m] = [this.calls.get(id), this.members.get(name)];
    c.leg = this.newChannel(`${m.interface}-${String(++this.serial).padStart(8, '0')}`, `${id}-${this.serial}`, id, { app: 'AppQueue', data: '(Outgoing Line)' });
    c.rung = this.now();
    this.status(name, 6);
    this.event('AgentCalled', this.both(c, m), 'agent,all');
    this.event('DialBegin', { ...this.channel(c.caller), ...this.channel(c.leg, 'Dest'), DialString: name });
  }
  both(c, m) {
    return { ...this.channel(c.caller), ...this.channel(c.leg, 'Dest'), Queue: c.queue, MemberName: m.name, Interface: m.interface };
  }
  noAnswer(id, name, ms = this.now() - this.calls.get(id).rung) {
    const [c, m] = [this.calls.get(id), this.members.get(name)];
    this.event('DialEnd', { ...this.channel(c.caller), ...this.channel(c.leg, 'Dest'), DialStatus: 'NOANSWER' });
    this.event('AgentRingNoAnswer', { ...this.both(c, m), RingTime: ms }, 'agent,all');
    this.write(id, c.queue, m.name, 'RINGNOANSWER', ms);
    this.hangup(c.leg);
    this.status(name, 1);
  }
  connect(id, name) {
    const [c, m] = [this.calls.get(id), this.members.get(name)];
    m.call = id;
    c.member = m;
    this.status(name, 2);
    this.event('DialEnd', { ...this.channel(c.caller), ...this.channel(c.leg, 'Dest'), DialStatus: 'ANSWER' });
    this.leave(c);
    const hold = s(this.now()) - s(c.joined);
    this.event('AgentConnect', { ...this.both(c, m), HoldTime: hold, RingTime: s(this.now()) - s(c.rung) }, 'agent,all');
    this.write(id, c.queue, m.name, 'CONNECT', hold, c.leg.id, s(this.now()) - s(c.rung));
    const bridge = `b-${id}`;
    this.event('BridgeCreate', { BridgeUniqueid: bridge, BridgeType: 'basic', BridgeTechnology: 'simple_bridge', BridgeNumChannels: 0 });
    for (const channel of [c.leg, c.caller]) {
      channel.bridge = bridge;
      this.event('BridgeEnter', { BridgeUniqueid: bridge, BridgeType: 'basic', ...this.channel(channel) });
    }
    Object.assign(c, { phase: 'talking', answered: this.now(), holdTime: hold });
  }
  held(id, on) {
    const c = this.calls.get(id);
    this.event(on ? 'Hold' : 'Unhold', { ...this.channel(c.leg), ...(on ? { MusicClass: 'default' } : {}) });
  }
  /** By 'caller' or 'agent'. */
  complete(id, by) {
    const c = this.calls.get(id);
    this.event('HangupRequest', { ...this.channel(by === 'caller' ? c.caller : c.leg) });
    this.completed(c, by);
    this.write(id, c.queue, c.member.name, by === 'caller' ? 'COMPLETECALLER' : 'COMPLETEAGENT', c.holdTime, s(this.now()) - s(c.answered), 1);
    this.hangup(c.caller);
    this.over(c);
  }
  completed(c, reason) {
    this.event('AgentComplete', { ...this.both(c, c.member), HoldTime: c.holdTime, TalkTime: s(this.now()) - s(c.answered), Reason: reason }, 'agent,all');
  }
  over(c) {
    const m = c.member;
    this.hangup(c.leg);
    m.call = undefined;
    m.lastCall = this.now();
    m.taken++;
    c.phase = 'over';
    this.status(m.name, 1);
  }
  transfer(id, to, queue) {
    const c = this.calls.get(id);
    this.event('BlindTransfer', { Result: 'Success', ...this.channel(c.leg, 'Transferer'), ...this.channel(c.caller, 'Transferee'), IsExternal: 'Yes', Context: 'from-internal', Extension: to });
    this.completed(c, 'transfer');
    this.write(id, c.queue, c.member.name, 'BLINDTRANSFER', to, 'from-internal', c.holdTime, s(this.now()) - s(c.answered), 1);
    this.over(c);
    if (queue) this.join(id, queue);
    else this.hangup(c.caller);
  }
  abandon(id) {
    const c = this.calls.get(id);
    const wait = s(this.now()) - s(c.joined);
    this.event('HangupRequest', this.channel(c.caller));
    this.event('QueueCallerAbandon', { ...this.channel(c.caller), Queue: c.queue, Position: 1, OriginalPosition: 1, HoldTime: wait }, 'agent,all');
    this.write(id, c.queue, 'NONE', 'ABANDON', 1, 1, wait);
    this.leave(c);
    this.hangup(c.caller);
    c.phase = 'over';
  }
  /** The queue gives up: into another queue, or out of the building. */
  timeout(id, queue) {
    const c = this.calls.get(id);
    const wait = s(this.now()) - s(c.joined);
    this.event('QueueCallerAbandon', { ...this.channel(c.caller), Queue: c.queue, Position: 1, OriginalPosition: 1, HoldTime: wait }, 'agent,all');
    this.write(id, c.queue, 'NONE', 'EXITWITHTIMEOUT', 1, 1, wait);
    this.leave(c);
    c.phase = 'over';
    if (queue) this.join(id, queue);
    else this.hangup(c.caller);
  }
  key(id) {
    const c = this.calls.get(id);
    this.write(id, c.queue, 'NONE', 'EXITWITHKEY', 1, 1, 1, s(this.now()) - s(c.joined));
    this.leave(c);
    c.phase = 'over';
    Object.assign(c.caller, { app: 'Playback', data: 'demo' });
  }
  dial(name, id, trunk = 'PJSIP/provider') {
    const m = this.members.get(name);
    const own = this.newChannel(`${m.interface}-${String(++this.serial).padStart(8, '0')}`, id, id, { app: 'Dial', data: `${trunk}/555` });
    const dest = this.newChannel(`${trunk}-${String(++this.serial).padStart(8, '0')}`, `${id}d`, id, { app: 'AppDial' });
    this.status(name, 2);
    this.event('DialBegin', { ...this.channel(own), ...this.channel(dest, 'Dest'), DialString: '555' });
    return {
      answer: () => this.event('DialEnd', { ...this.channel(own), ...this.channel(dest, 'Dest'), DialStatus: 'ANSWER' }),
      end: () => {
        this.event('HangupRequest', this.channel(own));
        this.hangup(dest);
        this.hangup(own);
        this.status(name, 1);
      },
    };
  }
  /** Asterisk is started anew: no calls, no dynamic members but those of the database. */
  async restart({ keepMembers = true } = {}) {
    await this.player.stop();
    this.calls.clear();
    this.channels.clear();
    for (const m of this.members.values()) Object.assign(m, { status: 1, taken: 0, lastCall: 0, call: undefined });
    if (!keepMembers) this.members.clear();
    await this.player.start();
  }
}
