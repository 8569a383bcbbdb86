import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Component } from "preact";
import { type AttendanceRecord, RecordStatus } from "../../contract/absense/v1/attendance_record_pb";
import { clockTime } from "../../parts/times";
import { decidingClaim, StatusChip, VerdictChips } from "../../parts/verdicts";
import { texts } from "../../texts";
import type { Listed, Standing } from "./listing";

/** A record as the list has it. */
export interface Item extends Listed {
  record: AttendanceRecord;
}

const STANDINGS: Record<RecordStatus, Standing> = {
  [RecordStatus.UNSPECIFIED]: "pending",
  [RecordStatus.PENDING_VERIFICATION]: "pending",
  [RecordStatus.CONFIRMED]: "present",
  [RecordStatus.FLAGGED]: "flagged",
  [RecordStatus.REJECTED]: "rejected",
  [RecordStatus.EXCUSED]: "excused",
};

const items = new WeakMap<AttendanceRecord, Item>();

/** The same item for the same record, so that what has not changed is neither made nor drawn again. */
export function itemOf(record: AttendanceRecord): Item {
  let item = items.get(record);
  if (!item) {
    item = {
      record,
      standing: STANDINGS[record.status] ?? "pending",
      late: record.late,
      name: record.student?.fullName || texts.rollCall.erased,
      number: record.student?.institutionNumber ?? "",
      since: record.createTime ? timestampMs(record.createTime) : 0,
    };
    items.set(record, item);
  }
  return item;
}

/** One student who has claimed; drawn again only when the record has changed. */
export class Row extends Component<{ item: Item; onOpen: (recordId: string) => void }> {
  override shouldComponentUpdate(next: { item: Item }): boolean {
    return next.item !== this.props.item;
  }

  override render() {
    const { item, onOpen } = this.props;
    const claim = decidingClaim(item.record);
    return (
      <tr>
        <th scope="row">
          <button type="button" class="row-button" onClick={() => onOpen(item.record.id)}>
            {item.name}
          </button>
          <span class="faint numbers">{item.number}</span>
        </th>
        <td>
          <StatusChip record={item.record} />
        </td>
        <td>{claim && <VerdictChips claim={claim} />}</td>
        <td class="number">{clockTime(item.record.createTime)}</td>
        <td class="number">{item.record.claims.length}</td>
      </tr>
    );
  }
}
