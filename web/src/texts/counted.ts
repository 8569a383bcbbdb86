const plurals = new Intl.PluralRules("en");

/** "1 student", "2 students". */
export function counted(count: number, one: string, other: string): string {
  return `${count.toLocaleString("en")} ${plurals.select(count) === "one" ? one : other}`;
}
