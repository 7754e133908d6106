/** How the packer likes this tablet; kept on it. */

export const VOLUMES = ["loud", "soft", "mute"] as const;
export type Volume = (typeof VOLUMES)[number];

const STORED_AS = "teliti.preferences";

interface Kept {
  automatic: boolean;
  ghost: boolean;
  volume: Volume;
}

function kept(): Kept {
  const usual: Kept = { automatic: true, ghost: true, volume: "loud" };
  try {
    const stored: Partial<Kept> = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
    const all = { ...usual, ...stored };
    return VOLUMES.includes(all.volume) ? all : { ...all, volume: usual.volume };
  } catch {
    return usual;
  }
}

class Preferences {
  #kept = $state(kept());

  /** The shutter fires by itself. */
  get automatic(): boolean {
    return this.#kept.automatic;
  }

  /** An item that passed shines through the live picture. */
  get ghost(): boolean {
    return this.#kept.ghost;
  }

  get volume(): Volume {
    return this.#kept.volume;
  }

  set<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
    this.#kept[name] = value;
    localStorage.setItem(STORED_AS, JSON.stringify(this.#kept));
  }

  /** The next of the volumes, after the last the first. */
  nextVolume(): void {
    const next = VOLUMES[(VOLUMES.indexOf(this.volume) + 1) % VOLUMES.length];
    this.set("volume", next ?? "loud");
  }
}

export const preferences = new Preferences();
