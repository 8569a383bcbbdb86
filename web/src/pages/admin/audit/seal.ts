/** Bytes as two digits of base 16 each, as people keep a seal. */
export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What was kept as bytes again; spaces do not count. Null where it is no such text. */
export function fromHex(text: string): Uint8Array | null {
  const digits = text.replace(/\s/g, "").toLowerCase();
  if (digits === "" || digits.length % 2 !== 0 || /[^0-9a-f]/.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** One answer of a look at the log. */
export interface Part {
  lastNumber: bigint;
  lastSeal: Uint8Array;
  nextNumber: bigint;
  checkedCount: bigint;
  erasedCount: bigint;
  unsealedCount: bigint;
  broken?: { number: bigint; eventId: string; kind: number } | undefined;
}

/** How far a look in several parts has come. */
export interface Look extends Part {
  /** Neither whole nor broken: there is more to look at. */
  goesOn: boolean;
}

export const NOTHING: Look = {
  lastNumber: 0n,
  lastSeal: new Uint8Array(),
  nextNumber: 0n,
  checkedCount: 0n,
  erasedCount: 0n,
  unsealedCount: 0n,
  goesOn: false,
};

/** The look so far, and the part that came after it. */
export function joined(look: Look, part: Part): Look {
  return {
    lastNumber: part.lastNumber,
    lastSeal: part.lastSeal,
    nextNumber: part.nextNumber,
    checkedCount: look.checkedCount + part.checkedCount,
    erasedCount: look.erasedCount + part.erasedCount,
    unsealedCount: part.unsealedCount,
    broken: part.broken,
    goesOn: part.nextNumber > 0n && !part.broken,
  };
}
