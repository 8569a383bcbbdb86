import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, DurationSchema, type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { lecturer } from "../../api/transport";
import { type AttendanceSession, SessionState } from "../../contract/absense/v1/attendance_session_pb";
import type { CreateSessionRequestSchema } from "../../contract/absense/v1/lecturer_service_pb";

/** What a session is opened with. */
export type Opening = MessageInitShape<typeof CreateSessionRequestSchema>;

/** A span in the contract's form. */
export const seconds = (count: number): Duration => create(DurationSchema, { seconds: BigInt(Math.round(count)) });

/** The newest session of a course that took place, or is to; null where there is none. Raises ConnectError. */
export async function lastSession(courseId: string, signal?: AbortSignal): Promise<AttendanceSession | null> {
  const { sessions } = await lecturer.listSessions({ courseId, pageSize: 10 }, signal ? { signal } : {});
  return sessions.find((one) => one.state !== SessionState.CANCELLED) ?? null;
}

/** How long a session was to be, seconds. */
export function lengthOf(session: AttendanceSession): number {
  return between(session.openTime, session.endTime) ?? 900;
}

/** After how long claims were late, seconds; undefined where nobody was. */
export function lateAfterOf(session: AttendanceSession): number | undefined {
  return between(session.openTime, session.lateAfterTime);
}

/** What opens a session like another one, now: its room, scope, place, length, lateness, checks and codes. */
export function likeSession(courseId: string, last: AttendanceSession | null): Opening {
  if (!last) return { courseId };
  const late = lateAfterOf(last);
  const { policy, geofence, codeLife, codeOverlap } = last;
  return {
    courseId,
    room: last.room,
    programmeId: last.programmeId,
    duration: seconds(Math.min(86_400, Math.max(60, lengthOf(last)))),
    typedCodeAllowed: last.typedCodeAllowed,
    ...(late === undefined ? {} : { lateAfter: seconds(late) }),
    ...(geofence ? { geofence } : {}),
    ...(codeLife ? { codeLife } : {}),
    ...(codeOverlap ? { codeOverlap } : {}),
    ...(policy
      ? { policy: { device: policy.device, location: policy.location, face: policy.face, liveness: policy.liveness } }
      : {}),
  };
}

function between(from: Timestamp | undefined, to: Timestamp | undefined): number | undefined {
  return from && to ? Math.max(0, Math.round((timestampMs(to) - timestampMs(from)) / 1000)) : undefined;
}
