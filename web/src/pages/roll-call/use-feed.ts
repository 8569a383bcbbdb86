import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { reasonOf } from "../../api/errors";
import { type StreamState, type Watching, watch } from "../../api/streams";
import { lecturer, NO_DEADLINE } from "../../api/transport";
import type { AttendanceRecord } from "../../contract/absense/v1/attendance_record_pb";
import type { AttendanceSession } from "../../contract/absense/v1/attendance_session_pb";
import type { WatchAttendanceResponse } from "../../contract/absense/v1/lecturer_service_pb";
import { emptyFeed, type Feed, type FeedEvent, taken } from "./feed";

type SessionFeed = Feed<AttendanceRecord, AttendanceSession>;
type Message = { event: FeedEvent<AttendanceRecord, AttendanceSession>; resumeToken: string };

/** The page is drawn at most this often, however many come at once. */
const DRAW_MS = 100;
/** Something comes every 20 s; after this long without, the connection is dead and nobody said so. */
const SILENCE_MS = 50_000;

export interface Following {
  feed: SessionFeed;
  stream: StreamState;
  reconnect: () => void;
  /** Take in what a call answered, without waiting for the stream. */
  put: (event: FeedEvent<AttendanceRecord, AttendanceSession>) => void;
}

/** Follow a session's attendance. `onArrival` is called when somebody came who was not there before. */
export function useFeed(sessionId: string, onArrival: () => void): Following {
  const [feed, setFeed] = useState<SessionFeed>(emptyFeed);
  const [stream, setStream] = useState<StreamState>({ kind: "connecting" });
  const watching = useRef<Watching | undefined>(undefined);
  const put = useRef<Following["put"]>(() => {});

  useEffect(() => {
    let now: SessionFeed = emptyFeed();
    let come: Message[] = [];
    let drawing = 0;
    let silence = 0;

    function takeIn() {
      clearTimeout(drawing);
      drawing = 0;
      if (come.length === 0) return;
      const before = now;
      now = taken(now, come);
      come = [];
      if (before.caughtUp && now.records.size > before.records.size) onArrival();
      if (now.records !== before.records || now.session !== before.session || now.caughtUp !== before.caughtUp)
        setFeed(now);
    }
    function receive(message: Message) {
      come.push(message);
      drawing ||= setTimeout(takeIn, DRAW_MS);
    }
    function listen() {
      clearTimeout(silence);
      silence = setTimeout(() => watching.current?.reconnect(), SILENCE_MS);
    }
    async function* open(signal: AbortSignal): AsyncIterable<WatchAttendanceResponse> {
      takeIn();
      listen();
      const options = { ...NO_DEADLINE, signal };
      try {
        yield* lecturer.watchAttendance({ sessionId, resumeToken: now.resumeToken }, options);
      } catch (error) {
        // it is good for a day; then everything is sent anew
        if (reasonOf(error) !== "RESUME_TOKEN_INVALID") throw error;
        now = emptyFeed();
        yield* lecturer.watchAttendance({ sessionId }, options);
      }
    }

    put.current = (event) => {
      takeIn();
      if (event.case === "session" && now.session) event = { ...event, value: withExpected(event.value, now.session) };
      come.push({ event, resumeToken: "" });
      takeIn();
    };
    watching.current = watch(
      open,
      (message) => {
        listen();
        receive(message as Message);
      },
      (state) => {
        if (state.kind !== "live") clearTimeout(silence);
        setStream((before) => (before.kind === "live" && state.kind === "live" ? before : state));
      },
    );
    return () => {
      watching.current?.stop();
      clearTimeout(drawing);
      clearTimeout(silence);
    };
  }, [sessionId, onArrival]);

  return {
    feed,
    stream,
    reconnect: useCallback(() => watching.current?.reconnect(), []),
    put: useCallback((event) => put.current(event), []),
  };
}

/** Calls that change a session do not answer how many are expected; the stream says it again in a moment. */
function withExpected(session: AttendanceSession, before: AttendanceSession): AttendanceSession {
  const expectedCount = session.expectedCount ?? before.expectedCount;
  return expectedCount === undefined ? session : { ...session, expectedCount };
}
