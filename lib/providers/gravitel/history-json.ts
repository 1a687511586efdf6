/** Rows of the call history as JSON: V1 (specification 5.3) and G1 (6), whose fields are those of the CSV. */

import { anyOf, fieldsOf, listOf, numberOf, textOf, timeOf, wordOf } from './fields';
import type { Fields } from './fields';
import type { Group, HistoryNotice } from './notice';
import { employeeOf } from './notice';
import { directionOf, dispositionOf } from './statuses';

/** A bare array by the document; wrapped by some proxies; `null` or nothing at all when it is empty. */
export function rowsOf(value: unknown): readonly unknown[] | null {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  const fields = fieldsOf(value);
  const inner = fields && anyOf(fields, 'items', 'data');
  return inner === undefined || inner === null ? null : listOf(inner);
}

export function noticeOfV1(row: unknown): HistoryNotice | null {
  const fields = fieldsOf(row);
  const call = fields && textOf(anyOf(fields, 'uid', 'callid'), 128);
  const direction = fields && directionOf(anyOf(fields, 'type'));
  if (!fields || !call || !direction) return null;
  const duration = numberOf(anyOf(fields, 'duration'));
  const status = textOf(anyOf(fields, 'status'));
  const missed = wordOf(anyOf(fields, 'type')) === 'missed';
  return {
    ...common(fields, call),
    direction,
    disposition: status ? dispositionOf(status) : missed ? 'no-answer' : duration ? 'answered' : 'unknown',
    status,
    line: textOf(anyOf(fields, 'diversion', 'via'), 64),
    employee: employeeOf(
      textOf(anyOf(fields, 'user', 'account'), 128),
      textOf(anyOf(fields, 'ext'), 32),
      null,
      textOf(anyOf(fields, 'user_name')),
    ),
    group: groupOf(fields),
    duration,
  };
}

/** `GET /history/inner/json`: calls between employees. */
export function noticeOfInner(row: unknown): HistoryNotice | null {
  const fields = fieldsOf(row);
  const call = fields && textOf(anyOf(fields, 'uid', 'callid'), 128);
  if (!fields || !call) return null;
  const status = textOf(anyOf(fields, 'status'));
  const to = textOf(anyOf(fields, 'to'), 128);
  return {
    ...common(fields, call),
    direction: 'internal',
    disposition: dispositionOf(status),
    status,
    client: textOf(anyOf(fields, 'from'), 64)?.split('@', 1)[0] ?? null,
    line: null,
    employee: employeeOf(to, null, null, textOf(anyOf(fields, 'to_name'))),
    group: null,
    duration: numberOf(anyOf(fields, 'duration')),
  };
}

export function noticeOfG1Row(row: unknown): HistoryNotice | null {
  const fields = fieldsOf(row);
  const call = fields && textOf(anyOf(fields, 'id', 'uid'), 128);
  const direction = fields && directionOf(anyOf(fields, 'type', 'direction'));
  if (!fields || !call || !direction) return null;
  const duration = numberOf(anyOf(fields, 'duration'));
  const missed = wordOf(anyOf(fields, 'type')) === 'missed';
  return {
    ...common(fields, call),
    direction,
    disposition: missed ? 'no-answer' : duration ? 'answered' : 'unknown',
    status: missed ? 'missed' : null,
    line: textOf(anyOf(fields, 'via', 'phone'), 64),
    employee: employeeOf(null, textOf(anyOf(fields, 'account', 'extension'), 32), null),
    group: null,
    duration,
  };
}

function common(fields: Fields, call: string) {
  return {
    kind: 'history' as const,
    call,
    client: textOf(anyOf(fields, 'client'), 64),
    startedAt: timeOf(anyOf(fields, 'start')),
    wait: numberOf(anyOf(fields, 'wait')),
    durationKind: 'talk' as const,
    link: textOf(anyOf(fields, 'record'), 2_000),
    raw: fields,
  };
}

function groupOf(fields: Fields): Group | null {
  const name = textOf(anyOf(fields, 'group_name'));
  const id = textOf(anyOf(fields, 'group'), 128)?.split('@', 1)[0] || name;
  return id ? { id, name } : null;
}
