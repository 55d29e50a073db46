/** Entries at which one Map becomes many. */
const SPLIT_AT = 16_384;
const SHARDS = 256;

/**
 * A Map from strings whose every step stays short. A Map of a million entries rehashes them all in one `set`
 * (about 100 ms, on the host's event loop); here no Map holds more than a share of them.
 */
export class StringMap<V> {
  #one: Map<string, V> | undefined = new Map();
  #shards: Map<string, V>[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return this.#one !== undefined ? this.#one.get(key) : this.#shards![shardOf(key)]!.get(key);
  }

  set(key: string, value: V): void {
    const map = this.#mapOf(key);
    const before = map.size;
    map.set(key, value);
    this.#size += map.size - before;
    if (map === this.#one && map.size >= SPLIT_AT) this.#split(map);
  }

  delete(key: string): boolean {
    const deleted = this.#mapOf(key).delete(key);
    if (deleted && --this.#size === 0 && this.#one === undefined) {
      this.#one = new Map();
      this.#shards = undefined;
    }
    return deleted;
  }

  #mapOf(key: string): Map<string, V> {
    return this.#one ?? this.#shards![shardOf(key)]!;
  }

  #split(map: Map<string, V>): void {
    const shards = Array.from({ length: SHARDS }, () => new Map<string, V>());
    for (const [key, value] of map) shards[shardOf(key)]!.set(key, value);
    this.#shards = shards;
    this.#one = undefined;
  }
}

/** The last characters, which tell most names apart, and a few from all over: 1 MB must not be read. */
function shardOf(key: string): number {
  let h = key.length;
  let i = key.length - 1;
  for (const end = Math.max(0, key.length - 4); i >= end; i--) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  for (const step = (key.length >>> 3) + 1; i >= 0; i -= step) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return ((h ^ (h >>> 15)) >>> 3) & (SHARDS - 1);
}
