/** The answer for ears and hands: four short sounds and vibrations that differ without words. */

import type { Verdict } from "./api/client";
import { preferences, type Volume } from "./preferences.svelte";

interface Tone {
  hertz: number;
  /** From the signal's begin. */
  atS: number;
  forS: number;
}

/** Rising: good. A low long one: bad. Two equal: look. Three short ones, falling: again. */
const TONES: Readonly<Record<Verdict, readonly Tone[]>> = {
  pass: [
    { hertz: 660, atS: 0, forS: 0.1 },
    { hertz: 990, atS: 0.11, forS: 0.18 },
  ],
  fail: [{ hertz: 175, atS: 0, forS: 0.55 }],
  check: [
    { hertz: 520, atS: 0, forS: 0.14 },
    { hertz: 520, atS: 0.24, forS: 0.14 },
  ],
  retake: [
    { hertz: 880, atS: 0, forS: 0.07 },
    { hertz: 700, atS: 0.11, forS: 0.07 },
    { hertz: 520, atS: 0.22, forS: 0.1 },
  ],
};

/** Milliseconds on, off, on, … */
const VIBRATIONS: Readonly<Record<Verdict, readonly number[]>> = {
  pass: [60],
  fail: [500],
  check: [150, 100, 150],
  retake: [60, 60, 60, 60, 60],
};

const GAINS: Readonly<Record<Volume, number>> = { loud: 0.6, soft: 0.15, mute: 0 };
const EDGE_S = 0.01;

let context: AudioContext | undefined;

/** Let the packer hear and feel a verdict, as loud as they chose; muted it does neither. */
export function signal(verdict: Verdict): void {
  const gain = GAINS[preferences.volume];
  if (gain === 0) return;
  navigator.vibrate?.([...VIBRATIONS[verdict]]);
  try {
    play(TONES[verdict], gain);
  } catch {
    // A tablet without sound: colour, icon and word say the same.
  }
}

function play(tones: readonly Tone[], gain: number): void {
  context ??= new AudioContext();
  void context.resume(); // asleep until somebody has touched the page
  const beginS = context.currentTime + EDGE_S;
  for (const { hertz, atS, forS } of tones) {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.type = "triangle";
    tone.frequency.value = hertz;
    // Without a soft edge every tone would click.
    loudness.gain.setValueAtTime(0, beginS + atS);
    loudness.gain.linearRampToValueAtTime(gain, beginS + atS + EDGE_S);
    loudness.gain.setValueAtTime(gain, beginS + atS + forS - EDGE_S);
    loudness.gain.linearRampToValueAtTime(0, beginS + atS + forS);
    tone.connect(loudness).connect(context.destination);
    tone.start(beginS + atS);
    tone.stop(beginS + atS + forS);
  }
}
