/** From a notice of a leg to facts (specification 4.3 and 4.8: the vendor's own sequences for routes, callbacks and transfers). */

import type { LegResult } from '../../facts';
import type { TransferMode } from '../../model';
import { endOf, isLost, isSuccess, reasonOf } from './codes';
import type { Entry, Leg, Tell } from './entry';
import { consultantOf, isLive, roleOf } from './entry';
import { groupAnswered, groupRings, groupStep, queueLegEnded } from './groups';
import type { CallNotice } from './notices';
import { isSomebody, partyOf, sameSide } from './notices';

/** A call with more legs than this is no call. */
const MAX_LEGS = 500;

export function tellLeg(entry: Entry, notice: CallNotice, tell: Tell): void {
  const leg = entry.legs.get(notice.leg) ?? begin(entry, notice, tell);
  if (!leg || leg.state === 'gone') return;
  switch (notice.state) {
    case 'Appeared':
      appeared(entry, leg, notice, tell);
      return;
    case 'Connected':
      connected(entry, leg, notice, tell);
      return;
    case 'OnHold':
      held(entry, leg, notice, tell);
      return;
    case 'Disconnected':
      disconnected(entry, leg, notice, tell);
  }
}

function begin(entry: Entry, notice: CallNotice, tell: Tell): Leg | null {
  if (entry.legs.size >= MAX_LEGS) return null;
  const role = roleOf(entry, notice);
  const leg: Leg = {
    id: notice.leg,
    place: notice.place,
    role,
    state: 'appeared',
    from: notice.from,
    to: notice.to,
    answered: false,
    consultedBy: role === 'callee' ? consultantOf(entry, notice) : null,
  };
  entry.legs.set(leg.id, leg);
  const about = { call: entry.id, at: notice.at, raw: notice.raw };
  tell({ ...about, fact: 'call.alias', alias: leg.id });
  tell({ ...about, fact: 'leg.begin', leg: leg.id, role, ...(role !== 'stage' && { party: partyOf(notice.to) }) });
  groupStep(entry, leg, notice, tell);
  if (notice.state === 'Appeared' && role === 'callee') {
    entry.told.to ||= isSomebody(notice.to);
    tell({ ...about, fact: 'leg.ringing', leg: leg.id, party: partyOf(notice.to) });
    groupRings(entry, leg, notice, tell);
  }
  return leg;
}

/** Told again with another caller, a ringing leg has been handed over: a blind transfer. */
function appeared(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  if (callerReplaced(leg, notice)) transferred(entry, leg, notice, tell, 'blind');
}

function connected(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  const before = leg.state;
  const about = { call: entry.id, at: notice.at, raw: notice.raw };
  const replaced = callerReplaced(leg, notice);
  // An employee's device may be known only now.
  if (isSomebody(notice.to)) leg.to = notice.to;
  if (!isSomebody(leg.from)) leg.from = notice.from;
  leg.state = 'connected';
  if (replaced) transferred(entry, leg, notice, tell, before === 'appeared' ? 'blind' : 'attended');
  if (leg.role === 'stage' || leg.consultedBy) return;
  if (!leg.answered) answered(entry, leg, notice, tell, false);
  else if (before === 'held' && !replaced) tell({ ...about, fact: 'call.resume' });
}

function held(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  leg.state = 'held';
  if (leg.role === 'stage' || leg.consultedBy) return;
  if (!leg.answered) answered(entry, leg, notice, tell, true);
  const holder = notice.from.holds ? notice.from : notice.to.holds ? notice.to : null;
  const about = { call: entry.id, at: notice.at, raw: notice.raw };
  tell({ ...about, fact: 'call.hold', ...(holder && { by: partyOf(holder) }) });
}

function disconnected(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  leg.state = 'gone';
  queueLegEnded(entry, leg, notice, tell);
  const result = resultOf(leg, notice);
  const lost = isLost(notice.reason) || takenElsewhere(entry, leg);
  tell({
    call: entry.id,
    at: notice.at,
    raw: notice.raw,
    fact: 'leg.end',
    leg: leg.id,
    ...(result && { result }),
    ...(lost && { lost }),
  });
}

function answered(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell, inferred: boolean): void {
  leg.answered = true;
  tell({
    call: entry.id,
    at: notice.at,
    raw: notice.raw,
    ...(inferred && { inferred: true }),
    fact: 'leg.answer',
    leg: leg.id,
    party: partyOf(leg.to),
  });
  if (leg.role !== 'callee') return;
  entry.told.to ||= isSomebody(leg.to);
  groupAnswered(entry, leg, notice, tell);
  entry.answered = true;
}

/** The one who asked a colleague has left; the customer talks to the colleague now. */
function transferred(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell, seen: TransferMode): void {
  const by = leg.consultedBy ?? leg.from;
  leg.from = notice.from;
  leg.consultedBy = null;
  // The way back to the one who transferred is no transfer by anybody.
  if (notice.transfer === 'return_blind') return;
  const stated = notice.transfer === 'consultative' ? 'attended' : notice.transfer;
  tell({
    call: entry.id,
    at: notice.at,
    raw: notice.raw,
    fact: 'call.transfer',
    mode: stated ?? seen,
    ...(isSomebody(by) && { by: partyOf(by) }),
    to: partyOf(leg.to),
  });
}

function callerReplaced(leg: Leg, { from }: CallNotice): boolean {
  if (leg.role !== 'callee' || !isSomebody(leg.from) || sameSide(leg.from, from)) return false;
  // A customer who hides his number is nobody; only the end of a consultation can bring one.
  return isSomebody(from) || leg.consultedBy !== null;
}

function takenElsewhere(entry: Entry, leg: Leg): boolean {
  for (const other of entry.legs.values())
    if (other !== leg && other.role === leg.role && isLive(other) && other.answered && !other.consultedBy) return true;
  return false;
}

function resultOf(leg: Leg, { reason }: CallNotice): LegResult | null {
  const words = reasonOf(reason);
  if (leg.role === 'callee' && leg.answered)
    return words ? { disposition: 'answered', reason: words } : { disposition: 'answered' };
  if (isSuccess(reason)) return null;
  const end = endOf(reason);
  // Whoever the call is placed for has taken his phone and put it down again before anybody answered.
  if (leg.role === 'caller' && leg.answered && end?.disposition === 'rejected')
    return { ...end, disposition: 'cancelled' };
  return end;
}
