import { common } from "./common";
import { signIn } from "./sign-in";

/** Every text of the page, English. A translation is another object of this type. */
export const texts = { common, signIn };

const plurals = new Intl.PluralRules("en");

/** "1 student", "2 students". */
export function counted(count: number, one: string, other: string): string {
  return `${count.toLocaleString("en")} ${plurals.select(count) === "one" ? one : other}`;
}
