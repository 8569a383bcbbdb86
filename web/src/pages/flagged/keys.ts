/** What a key does while a record is looked at. */
export type Key =
  | { does: "confirm" | "reject" | "excuse" | "next" | "previous" | "help" }
  | { does: "preset"; index: number };

const LETTERS = new Map<string, "confirm" | "reject" | "excuse" | "next">([
  ["c", "confirm"],
  ["r", "reject"],
  ["e", "excuse"],
  ["s", "next"],
]);

/** What the pressed key means; undefined for those that are the browser's. */
export function keyOf(event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}): Key | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return undefined;
  const key = event.key.toLowerCase();
  const letter = LETTERS.get(key);
  if (letter) return { does: letter };
  if (key === "arrowright") return { does: "next" };
  if (key === "arrowleft") return { does: "previous" };
  if (key === "?") return { does: "help" };
  if (/^[1-9]$/.test(key)) return { does: "preset", index: Number(key) - 1 };
  return undefined;
}
