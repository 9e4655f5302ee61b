interface Entry<K, V> {
  readonly hash: number;
  readonly key: K;
  value: V;
  next: Entry<K, V> | undefined;
}

const FIRST_CHAINS = 64;

/**
 * A map of entries that come and go, for what happens at every request.
 *
 * A `Map` that is changed all the time makes a new table again and again, and the engine has each old table point to
 * the next one, for iterators. Once one of them has reached the old generation, every later one is reachable from it
 * until the next full collection, dead or not, and so is whatever was in it when it was left: young collections copy
 * all that instead of nothing. Here what is left points nowhere.
 */
export class TransientMap<K, V> {
  private chains = new Array<Entry<K, V> | undefined>(FIRST_CHAINS).fill(undefined);
  private entries = 0;

  /** `hashOf`: 32 bits of which the lowest say most; the same for the same key. */
  constructor(private readonly hashOf: (key: K) => number) {}

  get size(): number {
    return this.entries;
  }

  get(key: K): V | undefined {
    return this.find(key, this.hashOf(key))?.value;
  }

  has(key: K): boolean {
    return this.find(key, this.hashOf(key)) !== undefined;
  }

  set(key: K, value: V): void {
    const hash = this.hashOf(key);
    const known = this.find(key, hash);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    if (this.entries === this.chains.length) this.grow();
    this.entries++;
    this.link({ hash, key, value, next: undefined });
  }

  /** Whether there was something to delete. */
  delete(key: K): boolean {
    const hash = this.hashOf(key);
    const chain = hash & (this.chains.length - 1);
    let before: Entry<K, V> | undefined;
    for (let entry = this.chains[chain]; entry !== undefined; before = entry, entry = entry.next) {
      if (entry.hash !== hash || entry.key !== key) continue;
      if (before === undefined) this.chains[chain] = entry.next;
      else before.next = entry.next;
      // One that has reached the old generation would keep the next one of its chain.
      entry.next = undefined;
      this.entries--;
      return true;
    }
    return false;
  }

  clear(): void {
    this.chains.fill(undefined);
    this.entries = 0;
  }

  /** The values that are there now, in no order. */
  values(): V[] {
    const values: V[] = [];
    for (let entry of this.chains) {
      for (; entry !== undefined; entry = entry.next) values.push(entry.value);
    }
    return values;
  }

  private find(key: K, hash: number): Entry<K, V> | undefined {
    let entry = this.chains[hash & (this.chains.length - 1)];
    while (entry !== undefined && (entry.hash !== hash || entry.key !== key)) entry = entry.next;
    return entry;
  }

  private link(entry: Entry<K, V>): void {
    const chain = entry.hash & (this.chains.length - 1);
    entry.next = this.chains[chain];
    this.chains[chain] = entry;
  }

  private grow(): void {
    const old = this.chains;
    this.chains = new Array<Entry<K, V> | undefined>(2 * old.length).fill(undefined);
    for (let entry of old) {
      while (entry !== undefined) {
        const { next } = entry;
        this.link(entry);
        entry = next;
      }
    }
  }
}
