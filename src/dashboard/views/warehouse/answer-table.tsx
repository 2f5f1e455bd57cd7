import type { Schemas } from "../../../client/client.ts";
import { PlainText } from "../../components/plain-text.tsx";

const NUMBERS = ["integer", "real", "decimal"];

interface AnswerTableProps {
  label: string;
  answer: Pick<Schemas["QueryAnswer"], "columns" | "rows">;
}

/** Columns and rows of a query or a table; names may be there twice. */
export function AnswerTable({ label, answer: { columns, rows } }: AnswerTableProps) {
  const isNumber = columns.map(({ type }) => NUMBERS.includes(type));
  return (
    <>
      <div class="scroll answer" tabIndex={0} role="region" aria-label={label}>
        <table>
          <thead>
            <tr>
              {columns.map(({ name, type }, column) => (
                <th key={column} scope="col" class={isNumber[column] ? "number" : undefined} title={type}>
                  <PlainText of={name} most={60} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((value, column) => (
                  <td key={column} class={isNumber[column] ? "number" : undefined}>
                    {value === null ? <span class="quiet">null</span> : <PlainText of={String(value)} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p class="quiet">No rows.</p>}
    </>
  );
}
