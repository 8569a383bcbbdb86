/** Which of a session's records are shown, and in what order. */

export type Standing = "present" | "flagged" | "pending" | "rejected" | "excused";
export type Filter = "all" | Standing | "late";
export type Order = "newest" | "name";

export interface Listed {
  standing: Standing;
  late: boolean;
  name: string;
  number: string;
  /** When it came, milliseconds. */
  since: number;
}

const names = new Intl.Collator("en", { sensitivity: "base", numeric: true });

/** How many there are by each filter; late ones are among those who are present. */
export function countsOf(items: Iterable<Listed>): Record<Filter, number> {
  const counts = { all: 0, present: 0, late: 0, flagged: 0, pending: 0, rejected: 0, excused: 0 };
  for (const item of items) {
    counts.all += 1;
    counts[item.standing] += 1;
    if (item.standing === "present" && item.late) counts.late += 1;
  }
  return counts;
}

/** Text as it is searched by: without case and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** Whether every word of `search` is in the name or the number. */
export function matches(person: { name: string; number: string }, search: string): boolean {
  const within = plain(`${person.name} ${person.number}`);
  return plain(search)
    .split(/\s+/)
    .every((word) => within.includes(word));
}

/** Those that the filter and the search leave, in order. */
export function listed<T extends Listed>(items: Iterable<T>, filter: Filter, search: string, order: Order): T[] {
  const left: T[] = [];
  for (const item of items) {
    const kept =
      filter === "all" || (filter === "late" ? item.standing === "present" && item.late : item.standing === filter);
    if (kept && matches(item, search)) left.push(item);
  }
  return left.sort(order === "newest" ? (a, b) => b.since - a.since : (a, b) => names.compare(a.name, b.name));
}
