import { useEffect, useState } from "preact/hooks";

/** `value` once it has stayed the same for a while: what is typed is not asked for letter by letter. */
export function useLater<T>(value: T, milliseconds = 300): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return later;
}
