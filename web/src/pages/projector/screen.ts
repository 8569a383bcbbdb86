import { useEffect, useState } from "preact/hooks";

const RESTS_MS = 3_000;

/** Keep the screen on while the page is seen, where the browser can. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    async function take() {
      if (document.hidden || !navigator.wakeLock) return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (gone) await lock.release();
      } catch (error) {
        // refused on a low battery; the screen then goes off as it always does
        if (!(error instanceof DOMException)) throw error;
      }
    }
    const seen = () => void take();
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => {
      gone = true;
      document.removeEventListener("visibilitychange", seen);
      void lock?.release();
    };
  }, []);
}

/** Whether nobody has moved the mouse, touched the screen or pressed a key for three seconds. */
export function useRest(): boolean {
  // from the start: what can be pressed must not stand before the code while the first row already scans it
  const [rests, setRests] = useState(true);
  useEffect(() => {
    let timer = 0;
    function stir(event: Event) {
      // the heading takes the focus when the page opens, and nobody has done anything
      if (event.type === "focusin" && !(event.target as Element).matches("button, a")) return;
      setRests(false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setRests(true), RESTS_MS);
    }
    const events = ["pointermove", "pointerdown", "keydown", "focusin"];
    for (const name of events) addEventListener(name, stir);
    return () => {
      clearTimeout(timer);
      for (const name of events) removeEventListener(name, stir);
    };
  }, []);
  return rests;
}

/** Whether the page fills the screen, and how to change that; null where the browser cannot. */
export function useFullScreen(): { on: boolean; toggle: () => void } | null {
  const [on, setOn] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const changed = () => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => {
      document.removeEventListener("fullscreenchange", changed);
      if (document.fullscreenElement) void document.exitFullscreen();
    };
  }, []);
  if (!document.fullscreenEnabled) return null;
  return {
    on,
    toggle: () => {
      const done = document.fullscreenElement
        ? document.exitFullscreen()
        : document.documentElement.requestFullscreen({ navigationUI: "hide" });
      // refused by the browser: the page stays as it is
      done.catch(() => setOn(document.fullscreenElement !== null));
    },
  };
}
