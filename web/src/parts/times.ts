import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
const both = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dated = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "14:05", by this computer's time zone. */
export const clockTime = (at: Timestamp | undefined): string => (at ? time.format(timestampDate(at)) : "");
/** "Mon, 2 Nov 2026". */
export const dayOf = (at: Timestamp | undefined): string => (at ? day.format(timestampDate(at)) : "");
/** "2 Nov". */
export const dayAndMonth = (at: Timestamp | undefined): string => (at ? short.format(timestampDate(at)) : "");
/** "2 Nov 2026". */
export const date = (at: Timestamp | undefined): string => (at ? dated.format(timestampDate(at)) : "");
/** "2 Nov, 14:05". */
export const dayAndTime = (at: Timestamp | undefined): string => (at ? both.format(timestampDate(at)) : "");
/** "87 %"; "-" for what has no rate. */
export const percent = (rate: number | undefined): string =>
  rate === undefined || Number.isNaN(rate) ? "-" : `${Math.round(rate * 100)} %`;
