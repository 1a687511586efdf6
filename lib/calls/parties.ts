/** Who takes part in a call, known piece by piece. */

import type { Party } from '../model';
import { NOBODY } from '../model';
import { own } from './own';

/** What is known stays, what is new is added; a new number or extension belongs to another person, so the old name goes. */
export function joined(old: Readonly<Party>, more: Partial<Party>): Readonly<Party> {
  const number = more.number || null;
  const extension = more.extension || null;
  if (!number && !extension && !more.name) return old;
  const another =
    (number !== null && old.number !== null && number !== old.number) ||
    (extension !== null && old.extension !== null && extension !== old.extension);
  const base = another ? NOBODY : old;
  const name = more.name || base.name;
  if (
    base === old &&
    (number ?? old.number) === old.number &&
    (extension ?? old.extension) === old.extension &&
    name === old.name
  )
    return old;
  return { number: own(number ?? base.number), extension: own(extension ?? base.extension), name: own(name) };
}

export function owned(known: Partial<Party>): Readonly<Party> {
  return joined(NOBODY, known);
}

/** Whom the call is for now: the same person known better, or somebody else, of whom nothing is kept. */
export function counterpart(before: Readonly<Party>, now: Readonly<Party>): Readonly<Party> {
  if (now.number === null && now.extension === null) return joined(before, now);
  const same =
    (now.number !== null && now.number === before.number) ||
    (now.extension !== null && now.extension === before.extension);
  return same ? joined(before, now) : now;
}
