/** Pushes of Gravitel's new API: three paths below the address, JSON (specification 6). Ids come as numbers or texts. */

import { anyOf, numberOf, textOf, timeOf, wordOf } from './fields';
import type { Fields } from './fields';
import { employeeOf } from './notice';
import type { LegEvent, Notice } from './notice';
import { directionOf, dispositionOf } from './statuses';

export type G1Path = 'client' | 'event' | 'history';

export function g1Path(path: string): G1Path | null {
  const name = /\/(client|event|history)\/?$/i.exec(path)?.[1]?.toLowerCase();
  return (name as G1Path | undefined) ?? null;
}

const STAGES: Readonly<Record<string, LegEvent>> = { talking: 'answered', released: 'released' };

/** The notice, or `null` when a field is missing without which it means nothing. */
export function noticeOfG1(path: G1Path, fields: Fields): Notice | null {
  const call = textOf(anyOf(fields, 'id'), 128);
  if (!call) return null;
  const direction = directionOf(anyOf(fields, 'direction'));
  const common = {
    call,
    client: textOf(anyOf(fields, 'client', 'ClientPhone'), 64),
    line: textOf(anyOf(fields, 'phone'), 64),
    employee: employeeOf(null, textOf(anyOf(fields, 'extension'), 32), null),
    group: null,
    raw: fields,
  };
  switch (path) {
    case 'client':
      return common.client ? { kind: 'contact', ...common, employee: null } : null;
    case 'event': {
      const stage = wordOf(anyOf(fields, 'stage'));
      const event = stage === 'alerting' ? (direction === 'outbound' ? 'dialing' : 'ringing') : STAGES[stage];
      if (!event) return stage ? { kind: 'other', name: 'event', raw: fields } : null;
      return { kind: 'event', event, direction, second: null, ...common };
    }
    case 'history': {
      const result = textOf(anyOf(fields, 'result'));
      if (!direction || !result) return null;
      return {
        kind: 'history',
        direction,
        disposition: dispositionOf(result),
        status: result,
        startedAt: timeOf(anyOf(fields, 'when')),
        wait: numberOf(anyOf(fields, 'provision')),
        duration: numberOf(anyOf(fields, 'duration')),
        durationKind: 'talk',
        link: textOf(anyOf(fields, 'record'), 2_000),
        ...common,
      };
    }
  }
}
