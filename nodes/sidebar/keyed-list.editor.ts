/** A list on the page that is kept by keys: only rows that are new, changed or gone touch the document, so that 500 calls are no burden. */

export interface RowView<T> {
  readonly element: HTMLElement;
  show(item: T): void;
  /** Once a second while the sidebar is seen. */
  tick?(now: number): void;
}

export class KeyedList<T> {
  readonly #parent: HTMLElement;
  readonly #make: (item: T) => RowView<T>;
  readonly #rows = new Map<string, RowView<T>>();

  constructor(parent: HTMLElement, make: (item: T) => RowView<T>) {
    this.#parent = parent;
    this.#make = make;
  }

  get size(): number {
    return this.#rows.size;
  }

  set(key: string, item: T): void {
    let row = this.#rows.get(key);
    if (!row) {
      row = this.#make(item);
      this.#rows.set(key, row);
      this.#parent.append(row.element);
    }
    row.show(item);
  }

  delete(key: string): void {
    this.#rows.get(key)?.element.remove();
    this.#rows.delete(key);
  }

  /** Takes those keys away. */
  drop(gone: (key: string) => boolean): void {
    for (const key of this.#rows.keys()) if (gone(key)) this.delete(key);
  }

  /** Keeps those keys only. */
  keep(keys: ReadonlySet<string>): void {
    this.drop((key) => !keys.has(key));
  }

  clear(): void {
    this.keep(new Set());
  }

  tick(now: number): void {
    for (const row of this.#rows.values()) row.tick?.(now);
  }
}

/** An element with a class and, if given, a text. */
export function element(tag: string, className: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
