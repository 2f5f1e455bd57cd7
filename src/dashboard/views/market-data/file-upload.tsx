import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { formatCount } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { uploadFile } from "../../components/upload.ts";
import { useAction } from "../../components/use-action.ts";
import { WatchedJob } from "../../components/watched-job.tsx";
import { ChosenFile } from "./chosen-file.tsx";

const TYPES = { raw: "Candles", agg: "Candles made of shorter ones", ticks: "Ticks", alt: "Other data" } as const;
type FileType = keyof typeof TYPES;

/** Takes a CSV file into a series, and says which of its rows were no good. */
export function FileUpload({ onDone }: { onDone: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [answer, setAnswer] = useState<Schemas["IngestAnswer"] | null>(null);
  const upload = useAction(async (fields: FormData) => {
    if (!file) throw new Error("Choose a file first");
    setAnswer(null);
    setSent(0);
    try {
      const { upload_id } = await uploadFile(file, { purpose: "market-data", onProgress: setSent });
      const [exchange = "", symbol = "", market, timeframe] = ["exchange", "symbol", "market", "timeframe"].map(
        (name) => textOf(fields, name),
      );
      const data_type = (textOf(fields, "data_type") ?? "raw") as FileType;
      const body = { exchange, symbol, market, timeframe, data_type, source_path: upload_id };
      setAnswer(await dataOrThrow(api.POST("/api/v1/ingest/file", { body })));
      setFile(null);
      onDone();
    } finally {
      setSent(null);
    }
  });
  const errors = upload.fieldErrors;
  return (
    <section class="card stack" aria-labelledby="upload">
      <h2 id="upload">Upload a CSV file</h2>
      <Form action={upload} submit="Upload">
        <ChosenFile
          label="A CSV file with a column ts, or with six: ts, open, high, low, close, volume"
          accept=".csv,.txt"
          file={file}
          sent={sent}
          onFile={setFile}
        />
        {errors["file"] && <p class="bad">{errors["file"]}</p>}
        <Field label="Exchange" error={errors["exchange"]}>
          <input name="exchange" required maxLength={64} />
        </Field>
        <Field label="Market" error={errors["market"]}>
          <input name="market" required maxLength={32} defaultValue="spot" />
        </Field>
        <Field label="Symbol" hint="Such as BTCUSDT" error={errors["symbol"]}>
          <input name="symbol" required maxLength={64} />
        </Field>
        <Field label="Holds" error={errors["data_type"]}>
          <select name="data_type">
            {Object.entries(TYPES).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Length of a candle" hint="1m when empty" error={errors["timeframe"]}>
          <input name="timeframe" maxLength={32} />
        </Field>
      </Form>
      {answer && <Outcome answer={answer} />}
    </section>
  );
}

function Outcome({
  answer: { status, message, job_id, bad_row_count, bad_rows },
}: {
  answer: Schemas["IngestAnswer"];
}) {
  if (status === "pending") return <WatchedJob id={job_id} />;
  return (
    <div role="status">
      <p class="good">
        <PlainText of={message} />
      </p>
      {bad_row_count > 0 && (
        <>
          <p class="fair">
            {bad_row_count === 1 ? "One row was" : `${formatCount(bad_row_count)} rows were`} left out:
          </p>
          <Table
            label="Rows that were left out"
            rows={bad_rows}
            keyOf={({ line }) => line}
            empty=""
            columns={[
              { title: "Line", isNumber: true, cell: ({ line }) => line },
              { title: "Why", cell: ({ reason }) => <PlainText of={reason} /> },
            ]}
          />
        </>
      )}
    </div>
  );
}
