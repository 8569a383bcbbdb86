import type { Appeal, AppealOutcome } from "../contract/absense/v1/appeal_pb";
import { AppealState } from "../contract/absense/v1/appeal_pb";
import { type AttendanceRecord, Attention, RecordStatus } from "../contract/absense/v1/attendance_record_pb";
import { ErrorReason } from "../contract/absense/v1/error_reason_pb";
import type { AskImage } from "../parts/images";
import { reasonOf } from "./errors";
import { admin, lecturer } from "./transport";

/** Where records are looked for; none: everywhere that the caller may look. */
export type ReviewScope = { case: "sessionId" | "courseId"; value: string } | undefined;

export type DecidedStatus = RecordStatus.CONFIRMED | RecordStatus.REJECTED | RecordStatus.EXCUSED;

/** What became of one record of many. */
export interface BatchOutcome {
  recordId: string;
  decided: boolean;
}

/** The calls of whoever reviews: a lecturer those of the own courses, an administrator those of all. All raise ConnectError. */
export interface Reviewing {
  flagged(
    scope: ReviewScope,
    pageToken: string,
    signal?: AbortSignal,
    attention?: Attention,
  ): Promise<{ records: AttendanceRecord[]; nextPageToken: string }>;
  record(id: string, signal?: AbortSignal): Promise<AttendanceRecord>;
  /** Decide on the record as it was seen; may be called again after a lost answer. */
  decide(record: AttendanceRecord, status: DecidedStatus, reason: string): Promise<AttendanceRecord>;
  decideMany(records: AttendanceRecord[], status: DecidedStatus, reason: string): Promise<BatchOutcome[]>;
  appeals(
    courseId: string,
    pageToken: string,
    signal?: AbortSignal,
  ): Promise<{ appeals: Appeal[]; nextPageToken: string }>;
  decideAppeal(appeal: Appeal, outcome: AppealOutcome, reason: string): Promise<Appeal>;
  image: AskImage;
}

const PAGE = 50;

export const asLecturer: Reviewing = {
  flagged: (scope, pageToken, signal, attention = Attention.UNSPECIFIED) =>
    lecturer.listFlagged({ ...(scope ? { scope } : {}), pageToken, pageSize: PAGE, attention }, given(signal)),
  record: async (recordId, signal) => has((await lecturer.getAttendanceRecord({ recordId }, given(signal))).record),
  decide: async (record, status, reason) => {
    const on = { recordId: record.id, expectedRevision: record.revision, reason };
    if (status === RecordStatus.CONFIRMED) return has((await lecturer.confirmAttendance(on)).record);
    if (status === RecordStatus.REJECTED) return has((await lecturer.rejectAttendance(on)).record);
    const { sessionId, revision: expectedRevision } = record;
    const studentId = record.student?.userId ?? "";
    return has((await lecturer.markAttendance({ sessionId, studentId, status, expectedRevision, reason })).record);
  },
  decideMany: async (records, status, reason) => {
    const named = records.map(({ id, revision }) => ({ recordId: id, expectedRevision: revision }));
    const { decisions } = await lecturer.batchDecideAttendance({ records: named, status, reason });
    return decisions.map((one) => ({ recordId: one.recordId, decided: one.reason === ErrorReason.UNSPECIFIED }));
  },
  appeals: (courseId, pageToken, signal) =>
    lecturer.listAppeals({ courseId, state: AppealState.PENDING, pageToken, pageSize: PAGE }, given(signal)),
  decideAppeal: async (appeal, outcome, reason) =>
    has(
      (
        await lecturer.decideAppeal({
          appealId: appeal.id,
          outcome,
          expectedRevision: appeal.recordRevision,
          reason,
        })
      ).appeal,
    ),
  image: (imageId, acceptDownloadUrl, signal) => lecturer.getImage({ imageId, acceptDownloadUrl }, { signal }),
};

export const asAdmin: Reviewing = {
  flagged: (scope, pageToken, signal, attention = Attention.UNSPECIFIED) =>
    admin.listFlagged({ ...(scope ? { scope } : {}), pageToken, pageSize: PAGE, attention }, given(signal)),
  record: async (recordId, signal) => has((await admin.getAttendanceRecord({ recordId }, given(signal))).record),
  decide: async (record, status, reason) =>
    has(
      (
        await admin.setAttendanceStatus({
          key: { case: "recordId", value: record.id },
          expectedRevision: record.revision,
          status,
          reason,
        })
      ).record,
    ),
  // administrators have no call for many: one after the other, and what each came to
  decideMany: async (records, status, reason) => {
    const outcomes: BatchOutcome[] = [];
    for (const record of records) {
      try {
        await asAdmin.decide(record, status, reason);
        outcomes.push({ recordId: record.id, decided: true });
      } catch (error) {
        if (!isOvertaken(error) && reasonOf(error) !== "SELF_DECISION") throw error;
        outcomes.push({ recordId: record.id, decided: false });
      }
    }
    return outcomes;
  },
  appeals: (courseId, pageToken, signal) =>
    admin.listAppeals({ courseId, state: AppealState.PENDING, pageToken, pageSize: PAGE }, given(signal)),
  decideAppeal: async (appeal, outcome, reason) =>
    has(
      (
        await admin.decideAppeal({
          appealId: appeal.id,
          outcome,
          expectedRevision: appeal.recordRevision,
          reason,
        })
      ).appeal,
    ),
  image: (imageId, acceptDownloadUrl, signal) => admin.getImage({ imageId, acceptDownloadUrl }, { signal }),
};

/** Whether what the decision was made on is not so any more: read it again. */
export function isOvertaken(error: unknown): boolean {
  return ["REVISION_MISMATCH", "DECISION_NOT_ALLOWED", "RECORD_NOT_FOUND", "APPEAL_DECIDED"].includes(reasonOf(error));
}

function given(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function has<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the answer is empty");
  return value;
}
