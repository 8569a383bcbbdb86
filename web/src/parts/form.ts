import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { reasonOf, sentence, violations, waitOf } from "../api/errors";

/**
 * What is to be said at which field, by the contract's name of the field: the server's sentence where one field alone is
 * meant, else what it says of each. `places`: the field that a failure without one is about, by its reason.
 */
export function faultsOf(error: unknown, places: Record<string, string> = {}): Map<string, string> {
  const place = places[reasonOf(error)];
  if (place) return new Map([[place, sentence(error)]]);
  const found = violations(error);
  const [first] = found.keys();
  return found.size === 1 && first ? new Map([[first, sentence(error)]]) : found;
}

/** Put the focus on the first control that is wrong, whenever `faults` are others. */
export function useFocusOnFault(form: RefObject<HTMLFormElement | null>, faults: unknown): void {
  useEffect(() => {
    const wrong = form.current?.querySelector<HTMLInputElement>("[aria-invalid=true]");
    wrong?.focus();
    wrong?.select();
  }, [faults]);
}

/** Seconds until the server takes the next try after `error` (RATE_LIMITED and the like); 0: it does now. */
export function useWait(error: unknown): number {
  const [left, setLeft] = useState(0);
  useLayoutEffect(() => {
    const until = performance.now() + waitOf(error);
    const count = () => {
      const seconds = Math.ceil((until - performance.now()) / 1000);
      setLeft(Math.max(0, seconds));
      if (seconds <= 0) clearInterval(timer);
    };
    const timer = setInterval(count, 250);
    count();
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
