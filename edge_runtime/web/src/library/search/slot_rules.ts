/**
 * Rules that hold a hypothesis to the slots of its source; the same as
 * `edge_runtime/search/slot_rules.py`.
 */

/** Slots that stand beside each other, because a pair of tags encloses them. */
export interface SlotGroup {
  /** The first of them, in the order of the source. */
  first: number;
  /** The one behind the last. */
  end: number;
  /** Whether they come before all others. */
  isFirst?: boolean;
  /** Whether they come after all others. */
  isLast?: boolean;
}

/** What may follow a hypothesis. */
export interface Allowed {
  /** Ids of the slots that may follow, each once. */
  slotIds: readonly number[];
  /** How many slots the hypothesis lacks; it cannot end before none is. */
  missing: number;
}

/**
 * The slots that a hypothesis must have, each exactly once. Nothing is said of their order
 * but that groups stand together.
 */
export class SlotRules {
  private readonly known = new Map<string, Allowed>();

  /**
   * @param slots Ids of the slots in the order of the source.
   * @param reserved Ids of all slots of the vocabulary; the other ones are excluded.
   * @param excluded Ids that are excluded besides: those of digits, where all numbers are
   *   slots. A number would stand there twice otherwise.
   * @param groups What must stand together. Two groups share no slot, or one of them is
   *   part of the other.
   */
  constructor(
    readonly slots: readonly number[],
    readonly reserved: { readonly first: number; readonly last: number },
    readonly excluded: readonly number[] = [],
    private readonly groups: readonly SlotGroup[] = [],
  ) {}

  /** Returns what may follow a hypothesis with the given ids. */
  allowed(history: readonly number[]): Allowed {
    const emitted = history.filter((tokenId) => this.isReserved(tokenId));
    const key = emitted.join();
    let found = this.known.get(key);
    if (!found) {
      found = this.allowedAfter(emitted);
      this.known.set(key, found);
    }
    return found;
  }

  /**
   * Returns which slot of the source each slot of a hypothesis is, in order; `undefined`
   * for a slot that the rules do not allow there.
   */
  places(tokenIds: readonly number[]): (number | undefined)[] {
    const remaining = new Set(this.slots.keys());
    let last: number | undefined;
    return tokenIds
      .filter((tokenId) => this.isReserved(tokenId))
      .map((tokenId) => {
        const place = this.next(tokenId, remaining, last);
        if (place === undefined) return undefined;
        remaining.delete(place);
        last = place;
        return place;
      });
  }

  private isReserved(tokenId: number): boolean {
    return this.reserved.first <= tokenId && tokenId <= this.reserved.last;
  }

  private allowedAfter(emitted: readonly number[]): Allowed {
    const taken = this.places(emitted).filter((place) => place !== undefined);
    const remaining = new Set(this.slots.keys());
    for (const place of taken) remaining.delete(place);
    const slotIds = new Set<number>();
    for (const place of remaining) {
      if (this.fits(place, remaining, taken.at(-1))) {
        slotIds.add(this.slots[place]!);
      }
    }
    return { slotIds: [...slotIds], missing: remaining.size };
  }

  /** Returns the first slot of the source that an emitted slot can be. */
  private next(
    tokenId: number,
    remaining: ReadonlySet<number>,
    last: number | undefined,
  ): number | undefined {
    for (const place of remaining) {
      const isSame = this.slots[place] === tokenId;
      if (isSame && this.fits(place, remaining, last)) return place;
    }
    return undefined;
  }

  /** Returns whether a slot may follow the last one. */
  private fits(
    place: number,
    remaining: ReadonlySet<number>,
    last: number | undefined,
  ): boolean {
    const missing = [...remaining];
    return this.groups.every(({ first, end, isFirst, isLast }) => {
      const has = (slot: number): boolean => first <= slot && slot < end;
      if (has(place)) return !isLast || missing.every(has);
      // A group that has begun goes on until it is whole.
      const begun = isFirst || (last !== undefined && has(last));
      return !begun || !missing.some(has);
    });
  }
}
