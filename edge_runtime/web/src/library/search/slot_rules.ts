/**
 * Rules that hold a hypothesis to the slots of its source; the same as
 * `edge_runtime/search/slot_rules.py`.
 */

/** One slot that a hypothesis must have. */
export interface SlotToken {
  /** Its id in the target vocabulary. */
  tokenId: number;
  /**
   * The pair that it stands within: place of the opening slot among the slots; negative,
   * -1 for the innermost, for a pair that is open from the beginning.
   */
  parent?: number | undefined;
  /** Whether it opens a pair; one that no slot closes stays open at the end. */
  opens?: boolean;
  /** The pair that it closes, as in `parent`. */
  closes?: number | undefined;
}

/** What may follow a hypothesis. */
export interface Allowed {
  /** Ids of the slots that may follow, each once. */
  slotIds: readonly number[];
  /** How many slots the hypothesis lacks; it cannot end before none is. */
  missing: number;
}

/** What a hypothesis still lacks, and the pairs that are open. */
interface Progress {
  /** Places of slots, in the order of the source. */
  remaining: Set<number>;
  openPairs: number[];
}

/**
 * The slots that a hypothesis must have, each exactly once, well nested.
 *
 * A slot may follow where the innermost pair that is open is the one that it stands
 * within in the source. A pair may be closed once everything is there that stands within
 * it. Nothing else is said of the order of slots.
 */
export class SlotRules {
  private readonly known = new Map<string, Allowed>();
  private readonly closed: ReadonlySet<number | undefined>;

  /**
   * @param slots The slots in the order of the source.
   * @param reserved Ids of all slots of the vocabulary; the other ones are excluded.
   * @param excluded Ids that are excluded besides: those of digits, where all numbers are
   *   slots. A number would stand there twice otherwise.
   */
  constructor(
    readonly slots: readonly SlotToken[],
    readonly reserved: { readonly first: number; readonly last: number },
    readonly excluded: readonly number[] = [],
  ) {
    this.closed = new Set(slots.map(({ closes }) => closes));
  }

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
    const progress = this.start();
    return tokenIds
      .filter((tokenId) => this.isReserved(tokenId))
      .map((tokenId) => {
        const place = this.next(tokenId, progress);
        this.take(place, progress);
        return place;
      });
  }

  private isReserved(tokenId: number): boolean {
    return this.reserved.first <= tokenId && tokenId <= this.reserved.last;
  }

  private allowedAfter(emitted: readonly number[]): Allowed {
    const progress = this.start();
    for (const tokenId of emitted) this.take(this.next(tokenId, progress), progress);
    const slotIds = new Set<number>();
    for (const place of progress.remaining) {
      if (this.fits(place, progress)) slotIds.add(this.slots[place]!.tokenId);
    }
    return { slotIds: [...slotIds], missing: progress.remaining.size };
  }

  private start(): Progress {
    const openPairs = [...this.closed].filter(
      (pair): pair is number => pair !== undefined && pair < 0,
    );
    return {
      remaining: new Set(this.slots.keys()),
      openPairs: openPairs.sort((first, second) => first - second),
    };
  }

  /** Returns the first slot of the source that an emitted slot can be. */
  private next(tokenId: number, progress: Progress): number | undefined {
    for (const place of progress.remaining) {
      const isSame = this.slots[place]!.tokenId === tokenId;
      if (isSame && this.fits(place, progress)) return place;
    }
    return undefined;
  }

  private fits(place: number, { remaining, openPairs }: Progress): boolean {
    const { parent, opens, closes } = this.slots[place]!;
    const innermost = openPairs.at(-1);
    if ((closes === undefined ? parent : closes) !== innermost) return false;
    if (closes === undefined && !(opens && !this.closed.has(place))) return true;
    // What ends the stretch between two slots comes after everything in it.
    for (const other of remaining) {
      if (other !== place && this.slots[other]!.parent === innermost) return false;
    }
    return true;
  }

  private take(place: number | undefined, { remaining, openPairs }: Progress): void {
    if (place === undefined) return;
    remaining.delete(place);
    const { opens, closes } = this.slots[place]!;
    if (opens) openPairs.push(place);
    else if (closes !== undefined) openPairs.pop();
  }
}
