/** Pushes of the dialects L and V1: one address, `cmd` says what it is (specification 4). Names are compared without letter case. */

import { anyOf, numberOf, textOf, timeOf, wordOf } from './fields';
import type { Fields } from './fields';
import { employeeOf } from './notice';
import type { Group, LegEvent, Notice } from './notice';
import { directionOf, dispositionOf } from './statuses';

const EVENTS: Readonly<Record<string, LegEvent>> = {
  incoming: 'ringing',
  outgoing: 'dialing',
  accepted: 'answered',
  completed: 'completed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  transferred: 'transferred',
};

/** The notice, or `null` when a field is missing without which it means nothing. */
export function noticeOfForm(fields: Fields): Notice | null {
  const cmd = wordOf(anyOf(fields, 'cmd'));
  const call = textOf(anyOf(fields, 'callid'), 128);
  const common = {
    client: textOf(anyOf(fields, 'phone'), 64),
    line: textOf(anyOf(fields, 'diversion'), 64),
    employee: employeeOf(
      textOf(anyOf(fields, 'user'), 128),
      textOf(anyOf(fields, 'ext'), 32),
      textOf(anyOf(fields, 'telnum'), 32),
    ),
    group: groupOf(fields),
    raw: fields,
  };
  switch (cmd) {
    case 'event': {
      const event = EVENTS[wordOf(anyOf(fields, 'type'))];
      // A type that a later version adds is no reason to refuse the push.
      if (!event) return textOf(anyOf(fields, 'type')) && call ? other('event', fields) : null;
      if (!call) return null;
      const direction = directionOf(anyOf(fields, 'direction'));
      return { kind: 'event', call, event, direction, second: textOf(anyOf(fields, 'second_callid'), 128), ...common };
    }
    case 'history': {
      const direction = directionOf(anyOf(fields, 'type', 'direction'));
      const status = textOf(anyOf(fields, 'status'));
      if (!call || !direction || !status) return null;
      return {
        kind: 'history',
        call,
        direction,
        disposition: dispositionOf(status),
        status,
        startedAt: timeOf(anyOf(fields, 'start')),
        wait: numberOf(anyOf(fields, 'wait')),
        duration: numberOf(anyOf(fields, 'duration')),
        durationKind: 'total',
        link: textOf(anyOf(fields, 'link'), 2_000),
        ...common,
      };
    }
    case 'contact':
      return call && common.client ? { kind: 'contact', call, ...common, employee: null } : null;
    case '':
      return null;
    default:
      return other(textOf(anyOf(fields, 'cmd'), 40) ?? cmd, fields);
  }
}

function groupOf(fields: Fields): Group | null {
  const name = textOf(anyOf(fields, 'groupRealName', 'group_name'));
  const id = textOf(anyOf(fields, 'group'), 128)?.split('@', 1)[0] || name;
  return id ? { id, name } : null;
}

function other(name: string, raw: Fields): Notice {
  return { kind: 'other', name, raw };
}
