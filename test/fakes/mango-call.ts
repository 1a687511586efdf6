/** A call of the fake PBX: its legs tell what happens to them, each with its own counter, and the summary closes it. */

import type { Json, MangoServer } from './mango-server';

export interface LegParts {
  location?: 'ivr' | 'queue' | 'abonent';
  from?: Json;
  to?: Json;
  /** Further fields of every notice: `command_id`, `callback_initiator`. */
  more?: Json;
}

export class FakeMangoCall {
  readonly pbx: MangoServer;
  readonly entry: string;
  readonly #common: Json;
  readonly #begunAt: number;

  constructor(pbx: MangoServer, entry: string, common: Json) {
    this.pbx = pbx;
    this.entry = entry;
    this.#common = common;
    this.#begunAt = Math.floor(pbx.clock.now() / 1000);
  }

  leg(id: string, parts: LegParts): FakeMangoLeg {
    return new FakeMangoLeg(this, id, { ...parts, more: { ...this.#common, ...parts.more } });
  }

  /** `talk_time` is the moment of the answer. */
  summary(fields: Json): Promise<number> {
    const now = Math.floor(this.pbx.clock.now() / 1000);
    return this.pbx.post('/events/summary', {
      entry_id: this.entry,
      call_direction: 1,
      create_time: this.#begunAt,
      forward_time: this.#begunAt,
      talk_time: 0,
      end_time: now,
      entry_result: fields['talk_time'] ? 1 : 0,
      ...fields,
    });
  }
}

export class FakeMangoLeg {
  readonly #call: FakeMangoCall;
  readonly id: string;
  readonly #parts: LegParts;
  #seq = 0;

  constructor(call: FakeMangoCall, id: string, parts: LegParts) {
    this.#call = call;
    this.id = id;
    this.#parts = parts;
  }

  appeared(more: Json = {}): Promise<number> {
    return this.#say('Appeared', more);
  }

  connected(more: Json = {}): Promise<number> {
    return this.#say('Connected', more);
  }

  held(more: Json = {}): Promise<number> {
    return this.#say('OnHold', more);
  }

  gone(disconnect_reason: number, more: Json = {}): Promise<number> {
    return this.#say('Disconnected', { disconnect_reason, ...more });
  }

  /** The notice without posting it, to be posted late or twice; it takes its turn in the counter. */
  notice(call_state: 'Appeared' | 'Connected' | 'OnHold' | 'Disconnected', more: Json = {}): Json {
    const { pbx, entry } = this.#call;
    const { location = 'abonent', from = {}, to = {} } = this.#parts;
    const fields: Json = {
      entry_id: entry,
      call_id: this.id,
      timestamp: Math.floor(pbx.clock.now() / 1000),
      seq: ++this.#seq,
      call_state,
      location,
      from,
      to,
      dct: { type: 0 },
      ...this.#parts.more,
      ...more,
    };
    const sides = { from: fields['from'] as Json, to: fields['to'] as Json };
    pbx.legs.set(this.id, { ...pbx.legs.get(this.id), entry, state: call_state, location, ...sides });
    return fields;
  }

  #say(state: 'Appeared' | 'Connected' | 'OnHold' | 'Disconnected', more: Json): Promise<number> {
    return this.#call.pbx.post('/events/call', this.notice(state, more));
  }
}
