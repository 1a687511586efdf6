/** One call of the fake PBX, told by pushes in the words of its dialect (specification 4 and 6). */

import type { WebhookResponse } from '../../lib/index';
import type { GravitelServer, Row } from './gravitel-server';
import { personOf } from './gravitel-server';

export interface CallLook {
  client?: string;
  /** Own number. */
  diversion?: string;
  direction?: 'in' | 'out' | 'internal';
  /** Id and name of the group the call goes through. */
  group?: boolean;
  /** As tenants of 2017 wrote: no direction, `z-flag`, most pushes without the extension. */
  old?: boolean;
}

export interface RecordLook {
  login?: string | null;
  /** Seconds. */
  wait?: number;
  talk?: number;
  link?: string;
  start?: number;
}

const STAGES: Readonly<Record<string, string>> = {
  INCOMING: 'alerting',
  OUTGOING: 'alerting',
  ACCEPTED: 'talking',
  COMPLETED: 'released',
  CANCELLED: 'released',
};
const RESULTS: Readonly<Record<string, string>> = {
  Success: 'success',
  Missed: 'missed',
  missed: 'missed',
  Cancel: 'missed',
  Busy: 'busy',
  NotAvailable: 'not_available',
  NotAllowed: 'forbidden',
};

export class FakeCall {
  readonly id: string;
  readonly #pbx: GravitelServer;
  readonly #look: Required<CallLook>;
  readonly #startedAt: number;

  constructor(pbx: GravitelServer, id: string, look: CallLook) {
    this.#pbx = pbx;
    this.id = id;
    this.#look = {
      client: '74950001122',
      diversion: '74957770000',
      direction: 'in',
      group: false,
      old: false,
      ...look,
    };
    this.#startedAt = pbx.clock.now();
  }

  contact(): Promise<WebhookResponse> {
    const { client, diversion } = this.#look;
    if (this.#pbx.dialect === 'G1') return this.#pbx.pushG1('/client', { id: this.id, client, phone: diversion });
    return this.#pbx.push({ cmd: 'contact', phone: client, callid: this.id, diversion });
  }

  incoming = (login: string) => this.event('INCOMING', login);
  outgoing = (login: string) => this.event('OUTGOING', login);
  accepted = (login: string) => this.event('ACCEPTED', login);
  completed = (login: string) => this.event('COMPLETED', login);
  cancelled = (login: string) => this.event('CANCELLED', login);
  transferred = (login: string, second?: string) =>
    this.event('TRANSFERRED', login, second ? { second_callid: second } : {});

  event(type: string, login: string, more: Record<string, string> = {}): Promise<WebhookResponse> {
    const { client, diversion, direction, group, old } = this.#look;
    const person = personOf(this.#pbx, login);
    if (this.#pbx.dialect === 'G1') {
      // Numbers here, texts in the record of the call.
      const id = /^\d+$/.test(this.id) ? Number(this.id) : this.id;
      const extension = Number(person?.ext);
      return this.#pbx.pushG1('/event', { id, direction, stage: STAGES[type], client, extension, phone: diversion });
    }
    return this.#pbx.push({
      cmd: 'event',
      type,
      phone: client,
      diversion,
      user: person ? `${login}@company.gravitel.ru` : login,
      callid: this.id,
      ...(old ? { 'z-flag': 0, ext: type === 'INCOMING' ? person?.ext : undefined } : { ext: person?.ext, direction }),
      ...(group && { groupRealName: 'Отдел продаж', group: 'sales' }),
      telnum: '',
      ...more,
    });
  }

  /** The record after the end; it also stands in the list of calls from now on. */
  async history(status: string, record: RecordLook = {}): Promise<WebhookResponse> {
    const row = this.listed(status, record);
    const { direction, old, group } = this.#look;
    const person = personOf(this.#pbx, row.login);
    if (this.#pbx.dialect === 'G1')
      return this.#pbx.pushG1('/history', {
        id: this.id,
        when: Math.floor(row.start / 1000),
        direction,
        result: RESULTS[status] ?? 'unknown',
        duration: row.talk,
        provision: row.wait,
        client: row.client,
        extension: person?.ext ?? '',
        phone: row.via,
        record: row.record,
      });
    return this.#pbx.push({
      cmd: 'history',
      type: direction,
      status,
      phone: row.client,
      diversion: row.via,
      user: row.login ?? 'pbx',
      ext: old ? undefined : person?.ext,
      start: new Date(row.start).toISOString().replace(/[-:]|\.\d+/g, ''),
      duration: row.talk > 0 ? row.talk + row.wait : 0,
      ...(!old && { wait: row.wait }),
      callid: this.id,
      ...(row.record && { link: row.record }),
      ...(group && { groupRealName: 'Отдел продаж' }),
      ...(old && { 'z-flag': 0 }),
    });
  }

  /** In the list of calls only: its push is lost. */
  listed(status: string, { login = null, wait = 7, talk = 0, link = '', start }: RecordLook = {}): Row {
    const { client, diversion, direction } = this.#look;
    const row: Row = {
      id: this.id,
      type: direction,
      status,
      client,
      login,
      via: diversion,
      start: start ?? this.#startedAt,
      wait,
      talk,
      record: link,
    };
    this.#pbx.rows.push(row);
    return row;
  }
}
