/** The lot that each product's items belong to, as the packer chose it on this tablet. */

export interface Lot {
  id: string;
  orderNumber: string;
  size: number;
}

interface Kept {
  lot: Lot;
  /** The number of the next item, where the packer counts; the server does otherwise. */
  unit?: number;
}

const STORED_AS = "teliti.lots";

function kept(): Record<string, Kept> {
  try {
    return JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
  } catch {
    return {};
  }
}

class ChosenLots {
  #kept = $state(kept());
  /** Whose photo could not be judged: the next photo is of the same unit. */
  #again: { lotId: string; unit: number } | undefined;

  /** The lot of a product's items; `undefined` where they belong to none. */
  of(spec: string): Lot | undefined {
    return this.#kept[spec]?.lot;
  }

  /** The number of the next item, where the packer gave one. */
  unitOf(spec: string): number | undefined {
    return this.#kept[spec]?.unit;
  }

  choose(spec: string, lot: Lot | undefined, unit?: number): void {
    if (lot) this.#kept[spec] = unit === undefined ? { lot } : { lot, unit };
    else delete this.#kept[spec];
    this.#again = undefined;
    this.#keep();
  }

  /** The next photo replaces one of this unit, which could not be judged. */
  repeat(lotId: string, unit: number): void {
    this.#again = { lotId, unit };
  }

  /** Lot and number of an item whose photos were taken; the next one has the next number. */
  take(spec: string): { lotId?: string; unit?: number } {
    const chosen = this.#kept[spec];
    const again = this.#again;
    this.#again = undefined;
    if (!chosen) return {};
    const lotId = chosen.lot.id;
    if (again?.lotId === lotId) return again;
    if (chosen.unit === undefined) return { lotId };
    const { unit } = chosen;
    chosen.unit = unit + 1;
    this.#keep();
    return { lotId, unit };
  }

  #keep(): void {
    localStorage.setItem(STORED_AS, JSON.stringify(this.#kept));
  }
}

export const lots = new ChosenLots();
