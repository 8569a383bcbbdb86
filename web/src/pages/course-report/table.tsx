import { useMemo, useState } from "preact/hooks";
import type { StudentFigures } from "../../contract/absense/v1/attendance_figures_pb";
import { Button, Chip, type Column, Field, Table } from "../../parts";
import { percent } from "../../parts/times";
import { texts } from "../../texts";
import { found, type Order, pressed, type Row, type SortKey, sorted } from "./students";

const words = texts.figures;
const PAGE = 50;

/** Everybody who was ever enrolled, with what it came to. */
export function Students({ students, threshold }: { students: StudentFigures[]; threshold: number }) {
  const [order, setOrder] = useState<Order>({ by: "rate", falling: false });
  const [typed, setTyped] = useState("");
  const [riskOnly, setRiskOnly] = useState(false);
  const [page, setPage] = useState(0);
  const rows = useMemo(() => students.map(rowOf), [students]);
  const fitting = useMemo(
    () => sorted(found(riskOnly ? rows.filter((row) => row.atRisk) : rows, typed), order),
    [rows, riskOnly, typed, order],
  );
  const first = Math.min(page, Math.max(0, Math.ceil(fitting.length / PAGE) - 1)) * PAGE;
  const shown = fitting.slice(first, first + PAGE);
  const head = (text: string, by: SortKey, number = true): Column => ({
    text,
    number,
    sort: {
      direction: order.by === by ? (order.falling ? "descending" : "ascending") : undefined,
      press: () => {
        setOrder(pressed(order, by));
        setPage(0);
      },
    },
  });
  if (rows.length === 0) return null;
  return (
    <div class="stack">
      <h2>{words.report.students}</h2>
      <p class="faint">{words.report.riskHint(percent(threshold))}</p>
      <div class="filters">
        <div class="wide">
          <Field label={words.report.search}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                type="search"
                value={typed}
                onInput={(event) => {
                  setTyped(event.currentTarget.value);
                  setPage(0);
                }}
              />
            )}
          </Field>
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={riskOnly}
            onChange={(event) => {
              setRiskOnly(event.currentTarget.checked);
              setPage(0);
            }}
          />
          {words.report.riskOnly}
        </label>
      </div>
      {shown.length === 0 ? (
        <p class="faint">{words.report.noStudents}</p>
      ) : (
        <Table
          caption={words.report.students}
          heads={[
            head(words.report.student, "name", false),
            head(words.report.number, "number", false),
            head(words.rate, "rate"),
            head(words.present, "present"),
            head(words.ofThemLate, "late"),
            head(words.undecided, "undecided"),
            head(words.excused, "excused"),
            head(words.absent, "absent"),
          ]}
        >
          {shown.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <span class="row">
                  {row.name || <span class="faint">{words.report.erased}</span>}
                  {row.atRisk && <Chip tone="bad">{words.report.risk}</Chip>}
                  {!row.enrolled && <Chip>{words.report.left}</Chip>}
                </span>
              </th>
              <td class="numbers">{row.number}</td>
              <td class="number">{percent(row.rate)}</td>
              <td class="number">{row.present}</td>
              <td class="number">{row.late}</td>
              <td class="number">{row.undecided}</td>
              <td class="number">{row.excused}</td>
              <td class="number">{row.absent}</td>
            </tr>
          ))}
        </Table>
      )}
      {fitting.length > PAGE && (
        <div class="row">
          <Button small disabled={first === 0} onClick={() => setPage(first / PAGE - 1)}>
            {words.report.previous}
          </Button>
          <span class="numbers" role="status">
            {words.report.shown(first + 1, first + shown.length, fitting.length)}
          </span>
          <Button small disabled={first + PAGE >= fitting.length} onClick={() => setPage(first / PAGE + 1)}>
            {words.report.next}
          </Button>
        </div>
      )}
    </div>
  );
}

function rowOf({ student, figures, atRisk, enrolled }: StudentFigures): Row {
  return {
    id: student?.userId ?? "",
    name: student?.fullName ?? "",
    number: student?.institutionNumber ?? "",
    present: figures?.present ?? 0,
    late: figures?.late ?? 0,
    undecided: figures?.undecided ?? 0,
    excused: figures?.excused ?? 0,
    absent: figures?.absent ?? 0,
    rate: figures?.rate,
    atRisk,
    enrolled,
  };
}
