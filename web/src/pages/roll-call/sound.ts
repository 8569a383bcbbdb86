import { signal } from "@preact/signals";
import { stored } from "../../api/stored";

const KEY = "absense.sound";
const PITCH_HZ = 880;
const LENGTH_S = 0.09;
const LOUDNESS = 0.08;

/** Whether arrivals are heard; off until it is wanted on this computer. */
export const sounding = signal(stored.get(KEY) === "on");

let context: AudioContext | undefined;

export function setSounding(on: boolean): void {
  sounding.value = on;
  if (on) {
    stored.set(KEY, "on");
    // to be heard now, and allowed later: browsers let a page sound once it was pressed
    beep();
  } else stored.remove(KEY);
}

/** A short, soft tone. Silent where the browser wants the page to be pressed first. */
export function beep(): void {
  if (!sounding.value) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  const tone = context.createOscillator();
  const volume = context.createGain();
  const now = context.currentTime;
  tone.frequency.value = PITCH_HZ;
  volume.gain.setValueAtTime(0, now);
  volume.gain.linearRampToValueAtTime(LOUDNESS, now + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, now + LENGTH_S);
  tone.connect(volume).connect(context.destination);
  tone.start(now);
  tone.stop(now + LENGTH_S);
}
