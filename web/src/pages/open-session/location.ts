import { useState } from "preact/hooks";
import { isPlace, type Place } from "./geometry";

/** What became of asking the browser where it is. */
export type Finding =
  | { kind: "idle" }
  | { kind: "finding" }
  | { kind: "found"; place: Place; metres: number }
  | { kind: "failed"; why: "denied" | "timeout" | "unavailable" | "insecure" };

const WAIT_MS = 15_000;

/** Ask the browser for its location, when told to. */
export function useLocation(onFound: (place: Place) => void): { finding: Finding; find: () => void } {
  const [finding, setFinding] = useState<Finding>({ kind: "idle" });
  function find() {
    if (!isSecureContext) return setFinding({ kind: "failed", why: "insecure" });
    if (!("geolocation" in navigator)) return setFinding({ kind: "failed", why: "unavailable" });
    setFinding({ kind: "finding" });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const place = { latitude: coords.latitude, longitude: coords.longitude };
        if (!isPlace(place)) return setFinding({ kind: "failed", why: "unavailable" });
        setFinding({ kind: "found", place, metres: Number.isFinite(coords.accuracy) ? coords.accuracy : 0 });
        onFound(place);
      },
      (error) => {
        const why =
          error.code === error.PERMISSION_DENIED ? "denied" : error.code === error.TIMEOUT ? "timeout" : "unavailable";
        setFinding({ kind: "failed", why });
      },
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 0 },
    );
  }
  return { finding, find };
}
