import assert from "node:assert/strict";
import { test } from "node:test";
import { countsOf, type Listed, listed } from "./listing.ts";

const students: Listed[] = [
  { standing: "present", late: false, name: "Ama Mensah", number: "S10", since: 1 },
  { standing: "present", late: true, name: "Élodie Asante", number: "S9", since: 4 },
  { standing: "flagged", late: true, name: "Kofi Boateng", number: "", since: 3 },
  { standing: "rejected", late: false, name: "abena Owusu", number: "S11", since: 2 },
];
const names = (items: Listed[]) => items.map((item) => item.name.split(" ")[0]);

test("late ones are among those who are present, and only they are late", () => {
  assert.deepEqual(countsOf(students), {
    all: 4,
    present: 2,
    late: 1,
    flagged: 1,
    pending: 0,
    rejected: 1,
    excused: 0,
  });
  assert.deepEqual(names(listed(students, "late", "", "newest")), ["Élodie"]);
  assert.deepEqual(names(listed(students, "present", "", "newest")), ["Élodie", "Ama"]);
});

test("names are ordered as people would, and found without case, accents and order of words", () => {
  assert.deepEqual(names(listed(students, "all", "", "name")), ["abena", "Ama", "Élodie", "Kofi"]);
  assert.deepEqual(names(listed(students, "all", " ASANTE elo ", "name")), ["Élodie"]);
  assert.deepEqual(names(listed(students, "all", "s1", "newest")), ["abena", "Ama"]);
  assert.deepEqual(names(listed(students, "flagged", "s1", "newest")), []);
});
