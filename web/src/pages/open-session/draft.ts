import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type AttendanceSession, Requirement } from "../../contract/absense/v1/attendance_session_pb";
import { texts } from "../../texts";
import { isPlace, type Place, readDegrees, sendable } from "./geometry";
import { lateAfterOf, lengthOf, type Opening, seconds } from "./like";

const words = texts.opening;

export type Check = "device" | "location" | "face" | "liveness";
export const CHECKS: Check[] = ["device", "location", "face", "liveness"];
/** Minutes that can be chosen with one press. */
export const PRESETS = [10, 15, 30, 60, 90];

/** What stands in the form, as it was typed. */
export interface Draft {
  room: string;
  programmeId: string;
  later: boolean;
  /** As an input of type datetime-local has it, in this computer's time zone. */
  openTime: string;
  /** One of PRESETS, or "" where `ownMinutes` counts. */
  preset: string;
  ownMinutes: string;
  lateAfter: string;
  hasPlace: boolean;
  latitude: string;
  longitude: string;
  radius: string;
  policy: Record<Check, Requirement>;
  codeLife: string;
  codeOverlap: string;
  typedCode: boolean;
}

/** The draft that opens a session like `last`, or like the server has it where there is none. */
export function draftLike(last: AttendanceSession | null): Draft {
  const minutes = last ? lengthOf(last) / 60 : 15;
  const preset = PRESETS.includes(minutes) ? String(minutes) : "";
  const late = last ? lateAfterOf(last) : undefined;
  const center = last?.geofence?.center;
  return {
    room: last?.room ?? "",
    programmeId: last?.programmeId ?? "",
    later: false,
    openTime: "",
    preset,
    ownMinutes: preset ? "" : plain(minutes),
    lateAfter: late === undefined ? "" : plain(late / 60),
    hasPlace: center !== undefined,
    latitude: center ? String(center.latitude) : "",
    longitude: center ? String(center.longitude) : "",
    radius: plain(last?.geofence?.radiusMeters || 100),
    policy: {
      device: last?.policy?.device ?? Requirement.UNSPECIFIED,
      location: last?.policy?.location ?? Requirement.UNSPECIFIED,
      face: last?.policy?.face ?? Requirement.UNSPECIFIED,
      liveness: last?.policy?.liveness ?? Requirement.UNSPECIFIED,
    },
    codeLife: last?.codeLife ? plain(spanOf(last.codeLife)) : "",
    codeOverlap: last?.codeOverlap ? plain(spanOf(last.codeOverlap)) : "",
    typedCode: last?.typedCodeAllowed ?? true,
  };
}

/** The place in the form, or null where it is none. */
export function placeIn(draft: Draft): Place | null {
  const place = { latitude: readDegrees(draft.latitude), longitude: readDegrees(draft.longitude) };
  return isPlace(place) ? place : null;
}

/** The radius in the form, metres; NaN where it is none. */
export function radiusIn(draft: Draft): number {
  return within(draft.radius, 1, 10_000);
}

/** What is wrong in the form, by the contract's names of the fields, and the request where nothing is. */
export function read(courseId: string, draft: Draft): { wrong: Map<string, string>; opening: Opening } {
  const wrong = new Map<string, string>();
  const opening: Opening = { courseId, room: draft.room.trim(), programmeId: draft.programmeId };

  if (draft.later) {
    const opens = new Date(draft.openTime).getTime();
    if (Number.isNaN(opens)) wrong.set("open_time", words.openTimeMissing);
    else opening.openTime = timestampFromMs(opens);
  }
  const minutes = within(draft.preset || draft.ownMinutes, 1, 1_440);
  if (Number.isNaN(minutes)) wrong.set("duration", words.durationWrong);
  else opening.duration = seconds(minutes * 60);
  if (draft.lateAfter.trim()) {
    const late = within(draft.lateAfter, 0, 1_440);
    if (Number.isNaN(late)) wrong.set("late_after", words.lateWrong);
    else opening.lateAfter = seconds(late * 60);
  }

  if (draft.hasPlace) {
    const place = placeIn(draft);
    const radius = radiusIn(draft);
    const empty = !draft.latitude.trim() && !draft.longitude.trim();
    if (empty) wrong.set("geofence", words.place.missing);
    else if (!(Math.abs(readDegrees(draft.latitude)) <= 90)) wrong.set("geofence.latitude", words.place.latitudeWrong);
    else if (!place) wrong.set("geofence.longitude", words.place.longitudeWrong);
    if (Number.isNaN(radius)) wrong.set("geofence.radius_meters", words.place.radiusWrong);
    if (place && !Number.isNaN(radius)) opening.geofence = { center: sendable(place), radiusMeters: radius };
  }
  opening.policy = { ...draft.policy };

  const life = draft.codeLife.trim() ? within(draft.codeLife, 5, 300) : undefined;
  if (Number.isNaN(life)) wrong.set("code_life", words.more.wrongLife);
  else if (life !== undefined) opening.codeLife = seconds(life);
  const overlap = draft.codeOverlap.trim() ? within(draft.codeOverlap, 0, (life || 300) / 2) : undefined;
  if (Number.isNaN(overlap)) wrong.set("code_overlap", words.more.wrongOverlap);
  else if (overlap !== undefined) opening.codeOverlap = seconds(overlap);
  opening.typedCodeAllowed = draft.typedCode;
  return { wrong, opening };
}

function within(text: string, least: number, most: number): number {
  const number = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : Number.NaN;
}

const spanOf = ({ seconds, nanos }: { seconds: bigint; nanos: number }): number => Number(seconds) + nanos / 1e9;
const plain = (number: number): string => String(Math.round(number * 100) / 100);
