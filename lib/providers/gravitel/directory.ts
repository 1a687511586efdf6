/**
 * Who is who: pushes name employees by login, extension or direct number, flows by extension. Filled from the list of employees and from
 * the pushes themselves, since old tenants leave the extension out of most of them (specification 4.1).
 */

import type { Member, Party } from '../../model';
import type { Account, GroupInfo } from './codec';
import type { Employee, EventNotice, Group, HistoryNotice } from './notice';

/** Employees learned from pushes beyond the list. */
const MAX_LEARNED = 5_000;

export class Directory {
  #accounts: readonly Account[] = [];
  readonly #byName = new Map<string, Account>();
  readonly #learned = new Map<string, Account>();
  readonly #groups = new Map<string, Group>();

  get size(): number {
    return this.#accounts.length;
  }

  list(accounts: readonly Account[]): void {
    this.#accounts = accounts;
    this.#byName.clear();
    for (const account of accounts)
      for (const name of [account.number, account.extension, account.login])
        if (name) this.#byName.set(name.toLowerCase(), account);
  }

  /** The groups, which stand where an employee is expected as well, under ids that look like logins (specification 2). */
  listGroups(groups: readonly GroupInfo[]): void {
    this.#groups.clear();
    for (const { id, extension, name } of groups) {
      const group = { id: bare(id), name };
      for (const key of [extension, group.id]) if (key) this.#groups.set(key.toLowerCase(), group);
    }
  }

  /** The notice with a group that it names like a person where groups belong. */
  sorted<N extends EventNotice | HistoryNotice>(notice: N): N {
    const { employee, group } = notice;
    const named = employee && (employee.login ?? employee.extension)?.toLowerCase();
    const found = named && !this.#byName.has(named) ? this.#groups.get(named) : undefined;
    return found ? { ...notice, employee: null, group: group ?? found } : notice;
  }

  /** As a flow knows the person; a login stands in for an extension that nobody told. */
  party(employee: Employee): Party {
    this.#learn(employee);
    const account = this.#find(employee);
    const extension = employee.extension ?? account?.extension ?? employee.login;
    return {
      extension: extension ?? null,
      number: extension ? null : employee.number,
      name: account?.name ?? employee.name,
    };
  }

  /** Whether both name the same person, each by whatever it knows. */
  same(one: Employee, other: Employee): boolean {
    const names = new Set(this.#names(one));
    return this.#names(other).some((name) => names.has(name));
  }

  /** An employee out of what a flow gave: an extension, a login or a direct number. */
  employee(text: string): Employee {
    const account = this.#byName.get(text.toLowerCase()) ?? this.#learned.get(text.toLowerCase());
    if (account) return { ...account };
    return { login: text, extension: text, number: text, name: null };
  }

  #names(employee: Employee): string[] {
    const account = this.#find(employee);
    const all = [
      employee.login,
      employee.extension,
      employee.number,
      account?.login,
      account?.extension,
      account?.number,
    ];
    return all.filter((name): name is string => Boolean(name)).map((name) => name.toLowerCase());
  }

  #find({ login, extension, number }: Employee): Account | undefined {
    for (const name of [login, extension, number]) {
      const found = name ? (this.#byName.get(name.toLowerCase()) ?? this.#learned.get(name.toLowerCase())) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  #learn({ login, extension, number, name }: Employee): void {
    if (!login || !extension || this.#byName.has(login.toLowerCase())) return;
    if (this.#learned.size >= MAX_LEARNED) this.#learned.clear();
    this.#learned.set(login.toLowerCase(), { login, extension, number, name, email: null, online: null });
  }
}

function bare(id: string): string {
  return id.split('@', 1)[0] ?? id;
}

export function memberOf(
  account: Account,
  groups: readonly GroupInfo[],
  busy: ReadonlyMap<string, Member['state']>,
): Member {
  const { login, extension, name } = account;
  const state =
    busy.get(extension ?? login ?? '') ??
    (account.online === false ? 'unavailable' : account.online ? 'idle' : 'unknown');
  const queues = groups.filter(({ members }) => login !== null && members.includes(login)).map(({ id }) => id);
  return { extension, name, login, state, queues };
}
