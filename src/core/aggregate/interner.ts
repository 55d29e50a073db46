import { StringMap } from './string-map.ts';

/** An interned key of four strings with a small integer id. */
export abstract class Entry<T> {
  /** Dense and reused; -1 while the dictionary does not know this object. Never keep it beyond one call: keep the object. */
  id = -1;
  /** Newest epoch (see `Dictionary`) of a table that may hold a row with this id. */
  used = 0;
  /** Interned: the next entry with the same first string. Forgotten: the entry that was interned in its place, if any. */
  link: T | undefined = undefined;

  /** The string that tells most entries apart. */
  abstract first(): string;
  abstract second(): string;
  abstract third(): string;
  abstract fourth(): string;
}

/** Entries with one first string that are searched one by one; further ones go to nested maps. */
const CHAIN = 8;
const PAGE_SHIFT = 12;
const PAGE_MASK = (1 << PAGE_SHIFT) - 1;

type Tree<T> = StringMap<StringMap<StringMap<T>>>;

/**
 * Strings to entries and ids to entries. Keys are never joined into one string: no separator is safe from users' strings,
 * and joining is what makes naive aggregation slow. Ids live in pages, so growth never copies.
 */
export class Interner<T extends Entry<T>> {
  readonly #heads = new StringMap<T>();
  readonly #trees = new StringMap<Tree<T>>();
  readonly #pages: (T | undefined)[][] = [];
  readonly #free: number[] = [];
  #ids = 0;
  #size = 0;

  /** Entries interned now. */
  get size(): number {
    return this.#size;
  }

  /** Upper bound of the ids in use. */
  get ids(): number {
    return this.#ids;
  }

  /** Start of the chain (`link`) of the entries with this first string; the key itself may be in `tree` instead. */
  head(first: string): T | undefined {
    return this.#heads.get(first);
  }

  /** Where an entry is looked for that is not in its chain. */
  tree(first: string, second: string, third: string, fourth: string): T | undefined {
    if (this.#trees.size === 0) return undefined;
    return this.#trees.get(first)?.get(second)?.get(third)?.get(fourth);
  }

  byId(id: number): T | undefined {
    return this.#pages[id >>> PAGE_SHIFT]?.[id & PAGE_MASK];
  }

  /** `entry` must not be interned, nor any other entry with its strings. */
  insert(entry: T): void {
    const id = this.#free.pop() ?? this.#ids++;
    const page = id >>> PAGE_SHIFT;
    if (page === this.#pages.length) this.#pages.push([]);
    this.#pages[page]![id & PAGE_MASK] = entry;
    entry.id = id;
    entry.link = undefined;
    this.#size++;
    this.#attach(entry);
  }

  remove(entry: T): void {
    if (!this.#detach(entry)) this.#detachFromTree(entry);
    this.#pages[entry.id >>> PAGE_SHIFT]![entry.id & PAGE_MASK] = undefined;
    this.#free.push(entry.id);
    entry.id = -1;
    entry.link = undefined;
    this.#size--;
    // A quiet process gives back what a flood of names took.
    if (this.#size === 0) {
      this.#pages.length = this.#free.length = this.#ids = 0;
    }
  }

  #attach(entry: T): void {
    const first = entry.first();
    let last = this.#heads.get(first);
    if (last === undefined) {
      this.#heads.set(first, entry);
      return;
    }
    let length = 1;
    while (last.link !== undefined) {
      last = last.link;
      length++;
    }
    if (length < CHAIN) {
      last.link = entry;
      return;
    }
    const tree = child(this.#trees, first);
    child(child(tree, entry.second()), entry.third()).set(entry.fourth(), entry);
  }

  #detach(entry: T): boolean {
    const first = entry.first();
    const head = this.#heads.get(first);
    if (head === entry) {
      if (entry.link === undefined) this.#heads.delete(first);
      else this.#replaceHead(first, entry.link);
      return true;
    }
    for (let at = head; at !== undefined; at = at.link) {
      if (at.link !== entry) continue;
      at.link = entry.link;
      return true;
    }
    return false;
  }

  #replaceHead(first: string, next: T): void {
    // Deleted first: `set` on a known key keeps the old key string, which may be a large one the new entry does not share.
    this.#heads.delete(first);
    this.#heads.set(next.first(), next);
  }

  #detachFromTree(entry: T): void {
    const tree = this.#trees.get(entry.first());
    const seconds = tree?.get(entry.second());
    const thirds = seconds?.get(entry.third());
    if (tree === undefined || seconds === undefined || thirds === undefined) return;
    thirds.delete(entry.fourth());
    if (thirds.size === 0) seconds.delete(entry.third());
    if (seconds.size === 0) tree.delete(entry.second());
    if (tree.size === 0) this.#trees.delete(entry.first());
  }
}

function child<V>(map: StringMap<StringMap<V>>, key: string): StringMap<V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new StringMap<V>();
  map.set(key, made);
  return made;
}
