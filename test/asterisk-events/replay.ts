/** Plays a recorded transcript through parser, interpreter and call tracker, and writes down what a flow would have seen. */

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AMI_EVENTS, Interpreter } from '../../lib/asterisk-events';
import { CallTracker } from '../../lib/calls';
import type { Emission } from '../../lib/calls';
import { VirtualClock } from '../../lib/clock';
import type { Fact } from '../../lib/facts';
import type { Party } from '../../lib/model';
import { AmiParser } from '../../lib/transport/ami';
import type { AmiMessage } from '../../lib/transport/ami';

export type AsteriskVersion = '16' | '22';

const DATA = join(__dirname, '..', 'data', 'ami');
/** From the compiled tests the data lies in the sources. */
const SOURCES = DATA.includes('.build') ? join(DATA.slice(0, DATA.indexOf('.build')), 'test', 'data', 'ami') : DATA;

export function transcriptFolder(version: AsteriskVersion): string {
  return join(SOURCES, version);
}

export function eventsOf(version: AsteriskVersion, name: string): AmiMessage[] {
  const events: AmiMessage[] = [];
  const parser = new AmiParser({
    message: (message) => {
      if (message.kind === 'event') events.push(message);
    },
    malformed: () => undefined,
    wants: (event) => AMI_EVENTS.has(event),
  });
  parser.push(readFileSync(join(transcriptFolder(version), `${name}.txt`)));
  return events;
}

export interface Seen {
  lines: string[];
  facts: Fact[];
  emissions: Emission[];
  interpreter: Interpreter;
  tracker: CallTracker;
}

export function play(events: readonly AmiMessage[], context = 'from-internal'): Seen {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const facts: Fact[] = [];
  const emissions: Emission[] = [];
  const tracker = new CallTracker({
    clock,
    emit: (emission) => {
      emissions.push(emission);
      lines.push(lineOf(emission));
    },
  });
  const interpreter = new Interpreter({
    context,
    fact: (fact) => {
      facts.push(fact);
      tracker.apply(fact);
    },
  });
  for (const event of events) {
    interpreter.apply(event, clock.now());
    clock.advance(1);
  }
  clock.advance(10_000);
  return { lines, facts, emissions, interpreter, tracker };
}

/** What each call and what no call went through: calls in the order in which they began, `-` for facts about no call. */
export function storiesOf({ emissions, lines }: Seen): Record<string, string[]> {
  const labels = new Map<string, string>();
  const stories: Record<string, string[]> = {};
  for (const [index, emission] of emissions.entries()) {
    const call = 'call' in emission ? emission.call : null;
    const label = call ? (labels.get(call.id) ?? String.fromCodePoint(65 + labels.size)) : '-';
    if (call) labels.set(call.id, label);
    (stories[label] ??= []).push(lines[index] ?? '');
  }
  return stories;
}

function who(party: Partial<Party> | null | undefined): string {
  if (!party) return '-';
  return party.extension ?? party.number ?? (party.name ? `"${party.name}"` : '-');
}

/** One event on one line: what happened, in the order of importance. */
export function lineOf(emission: Emission): string {
  switch (emission.kind) {
    case 'call': {
      const { topic, call } = emission;
      switch (topic) {
        case 'call.begin':
          return `begin ${call.direction} ${who(call.from)}${call.dialed ? ` dials ${call.dialed}` : ''}`;
        case 'call.ringing':
          return `ringing ${who(emission.ringing)}`;
        case 'call.answer':
          return `answer ${who(call.answeredBy)}`;
        case 'call.transfer':
          return `transfer ${emission.transfer?.mode} by ${who(emission.transfer?.by)} to ${who(emission.transfer?.to)}`;
        case 'call.end': {
          const reason = call.reason?.code ? ` (${call.reason.code})` : '';
          return `end ${call.disposition}${reason} ${call.direction} ${who(call.from)}>${who(call.to)}`;
        }
        case 'call.dtmf':
          return `dtmf ${emission.digits} by ${who(emission.by)}`;
        case 'call.hold':
        case 'call.resume':
          return `${topic.slice(5)} by ${who(emission.by)}`;
        default:
          return topic.slice(5);
      }
    }
    case 'queue': {
      const { topic, queue, member, reason } = emission;
      const name = topic.slice(6);
      if (topic.startsWith('queue.member.'))
        return `${name} ${queue.id} ${member?.extension ?? '-'} ${member?.name ?? '-'}`;
      return `${name} ${queue.id}${reason ? ` ${reason}` : ''}`;
    }
    case 'recording':
      return `${emission.fact.fact} ${basename(emission.fact.recording.url ?? '-')}`;
    case 'message':
      return emission.fact.fact;
    case 'raw':
      return `raw ${emission.fact.name}`;
  }
}
