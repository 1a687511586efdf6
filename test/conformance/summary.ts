/** Canonical events in words, with the parts of the cast for numbers, so that one expectation serves every provider. */

import type { CallEvent, Party, PbxEvent, QueueEvent } from '../../lib/index';
import type { Cast } from './stage';

/** `customer`, `first`, `second`, or the number itself when a stranger shows up. */
function role(who: Party | null | undefined, cast: Cast): string {
  for (const [name, value] of Object.entries(cast))
    if (who && (who.number === value || who.extension === value)) return name;
  return who?.extension ?? who?.number ?? 'nobody';
}

function callWords(event: CallEvent, cast: Cast): string {
  const inferred = event.inferred ? ' (inferred)' : '';
  switch (event.type) {
    case 'call.begin':
      return `begin ${event.call.direction} from ${role(event.call.from, cast)}${inferred}`;
    case 'call.ringing':
      return `ringing ${role(event.ringing, cast)}${inferred}`;
    case 'call.answer':
      return `answer by ${role(event.call.answeredBy, cast)}${inferred}`;
    case 'call.transfer':
      return `transfer ${event.transfer?.mode ?? 'some'} to ${role(event.transfer?.to, cast)}${inferred}`;
    case 'call.end':
      return `end ${event.call.disposition ?? 'nothing'}${inferred}`;
    case 'call.dtmf':
      return `dtmf ${event.digits ?? ''}`;
    default:
      return `${event.type.slice('call.'.length)}${inferred}`;
  }
}

/** The events of each call, calls in the order of their begin. */
export function callsInWords(events: readonly PbxEvent[], cast: Cast): string[][] {
  const calls = new Map<string, string[]>();
  for (const event of events) {
    if (!event.type.startsWith('call.')) continue;
    const call = event as CallEvent;
    const words = calls.get(call.call.id) ?? [];
    calls.set(call.call.id, words);
    words.push(callWords(call, cast));
  }
  return [...calls.values()];
}

export function queuesInWords(events: readonly PbxEvent[], cast: Cast): string[] {
  return events
    .filter((event): event is QueueEvent => event.type.startsWith('queue.'))
    .map((event) => {
      const what = event.type.slice('queue.'.length);
      if (!what.startsWith('member.')) return `${what} ${event.queue.id === cast.queue ? 'queue' : event.queue.id}`;
      const who = role({ number: null, extension: event.member?.extension ?? null, name: null }, cast);
      return `${what} ${who}`;
    });
}

/** Removes steps marked optional (`?`) from an expectation that did not happen: not every PBX tells them. */
export function expected(pattern: readonly string[], actual: readonly string[]): string[] {
  const result: string[] = [];
  for (const step of pattern) {
    if (!step.endsWith('?')) result.push(step);
    else if (actual[result.length] === step.slice(0, -1)) result.push(step.slice(0, -1));
  }
  return result;
}
