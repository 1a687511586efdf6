/** One call of the extended statistics (D26 section 3.4.2.3): a "context" with its legs, which may hold the legs of a group. */

import { party } from '../../../model';
import type { Party } from '../../../model';
import type { Fields } from '../fields';
import { fieldsOf, listOf, numberOf, textOf, timeOf } from '../fields';
import type { PastCall } from './calls';

const DIRECTIONS: Readonly<Record<string, 'inbound' | 'outbound' | 'internal'>> = {
  1: 'inbound',
  2: 'outbound',
  3: 'internal',
};
const MAX_DEPTH = 5;
/** Longer ones are telephone numbers. */
const LONGEST_EXTENSION = 6;

/** `null` when it has no id or no begin. */
export function callOfContext(context: Fields): PastCall | null {
  const id = textOf(context['entry_id']);
  const startedAt = timeOf(context['context_start_time']);
  if (!id || startedAt === null) return null;
  const direction = DIRECTIONS[textOf(context['context_type']) ?? ''] ?? 'unknown';
  const legs = legsOf(context['context_calls'], 0);
  const people = legs.filter((leg) => leg['call_type'] !== 'group' && leg['call_type'] !== 'conference');
  const taken = numberOf(context['context_status']) === 0 ? undefined : people.find(answered);
  const talked = numberOf(context['talk_duration']) ?? 0;
  const duration = numberOf(context['duration']);
  const callerInside = direction === 'outbound' || direction === 'internal';
  const calledNumber = textOf(context['called_number']);
  const endedAt = duration === null ? null : startedAt + duration * 1000;
  const answeredBy = taken
    ? side(textOf(taken['call_abonent_number']), textOf(taken['call_abonent_info']), taken['call_type'] === 'user')
    : null;
  // Without times of legs the length of the talk tells when it began.
  const answeredAt = taken
    ? timeOf(taken['call_answer_time'])
    : talked > 0 && endedAt !== null
      ? endedAt - talked * 1000
      : null;
  const group = legs.find((leg) => leg['call_type'] === 'group');
  return {
    id,
    direction,
    from: side(textOf(context['caller_number']), textOf(context['caller_name']), callerInside),
    to:
      direction === 'inbound'
        ? (answeredBy ?? inside(people.at(-1)))
        : side(calledNumber, null, direction === 'internal'),
    dialed: calledNumber,
    line: direction === 'inbound' ? calledNumber : null,
    queue: group ? textOf(group['call_abonent_number']) : null,
    answeredBy,
    startedAt,
    answeredAt,
    endedAt,
    reason: textOf((taken ?? people.at(-1))?.['call_end_reason']),
    recordings: [...new Set(legs.flatMap(recordingsOf))],
  };
}

/** The legs and, within groups, their members' legs; service elements may lack everything. */
function legsOf(value: unknown, depth: number): Fields[] {
  if (depth > MAX_DEPTH) return [];
  return listOf(value).flatMap((item) => {
    const leg = fieldsOf(item);
    return leg ? [leg, ...legsOf(leg['members'], depth + 1)] : [];
  });
}

function answered(leg: Fields): boolean {
  return timeOf(leg['call_answer_time']) !== null;
}

function recordingsOf(leg: Fields): string[] {
  const value = leg['recording_id'];
  return (Array.isArray(value) ? value : [value]).map((id) => textOf(id)).filter((id): id is string => id !== null);
}

function inside(leg: Fields | undefined): Party {
  return side(textOf(leg?.['call_abonent_number']), textOf(leg?.['call_abonent_info']), leg?.['call_type'] === 'user');
}

function side(number: string | null, name: string | null, isInside: boolean): Party {
  const short = isInside && number !== null && number.length <= LONGEST_EXTENSION && /^\d+$/.test(number);
  const plain = number?.startsWith('sip:') && isInside ? null : number;
  return party(short ? { extension: number, name } : { number: plain, name });
}
