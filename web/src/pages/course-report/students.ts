/** One student's row of the report. */
export interface Row {
  id: string;
  name: string;
  number: string;
  present: number;
  late: number;
  undecided: number;
  excused: number;
  absent: number;
  rate: number | undefined;
  atRisk: boolean;
  enrolled: boolean;
}

export type SortKey = "name" | "number" | "present" | "late" | "undecided" | "excused" | "absent" | "rate";

export interface Order {
  by: SortKey;
  falling: boolean;
}

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Sorted; who has no rate, no name or no number comes last either way, and what is equal goes by name. */
export function sorted(rows: Row[], { by, falling }: Order): Row[] {
  const sign = falling ? -1 : 1;
  const missing = (row: Row) => row[by] === undefined || row[by] === "";
  return [...rows].sort((a, b) => {
    if (missing(a) !== missing(b)) return missing(a) ? 1 : -1;
    return sign * compared(a[by], b[by]) || words.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
  });
}

function compared(a: string | number | undefined, b: string | number | undefined): number {
  if (typeof a === "string" && typeof b === "string") return words.compare(a, b);
  return typeof a === "number" && typeof b === "number" ? a - b : 0;
}

/** Those whose name or number has what was typed in it. */
export function found(rows: Row[], typed: string): Row[] {
  const wanted = typed.trim().toLocaleLowerCase();
  return wanted
    ? rows.filter(({ name, number }) => [name, number].some((text) => text.toLocaleLowerCase().includes(wanted)))
    : rows;
}

/** The order after a column's head was pressed: first as one wants it, then the other way round. */
export function pressed(order: Order, by: SortKey): Order {
  if (order.by === by) return { by, falling: !order.falling };
  return { by, falling: by !== "name" && by !== "number" && by !== "rate" };
}
