import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { uploadFile } from "../../components/upload.ts";
import { useAction } from "../../components/use-action.ts";
import { ChosenFile } from "./chosen-file.tsx";

/** Takes a file of features for a series; the same names again replace it. */
export function FeatureUpload({ onDone }: { onDone: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const upload = useAction(async (fields: FormData) => {
    if (!file) throw new Error("Choose a file first");
    setSent(0);
    try {
      const { upload_id } = await uploadFile(file, { purpose: "market-data", onProgress: setSent });
      const names = ["exchange", "market", "symbol", "feature_set", "version"] as const;
      const query = { upload_id, ...Object.fromEntries(names.map((name) => [name, textOf(fields, name)])) };
      const { message } = await dataOrThrow(api.POST("/api/v1/features/upload", { params: { query } }));
      notify(message);
      setFile(null);
      onDone();
    } finally {
      setSent(null);
    }
  });
  const errors = upload.fieldErrors;
  return (
    <section class="card" aria-labelledby="upload">
      <h2 id="upload">Upload features</h2>
      <Form action={upload} submit="Upload">
        <ChosenFile
          label="A file with a column ts (ms, UTC) and your own columns: Parquet or CSV"
          accept=".parquet,.csv"
          file={file}
          sent={sent}
          onFile={setFile}
        />
        <Field label="Exchange" error={errors["exchange"]}>
          <input name="exchange" required maxLength={64} defaultValue="BINANCE" />
        </Field>
        <Field label="Market" error={errors["market"]}>
          <input name="market" required maxLength={32} defaultValue="SPOT" />
        </Field>
        <Field label="Symbol" hint="Such as BTCUSDT" error={errors["symbol"]}>
          <input name="symbol" required maxLength={64} />
        </Field>
        <Field label="Name of the set" hint="Such as rsi_indicators" error={errors["feature_set"]}>
          <input name="feature_set" required maxLength={200} />
        </Field>
        <Field label="Version" error={errors["version"]}>
          <input name="version" maxLength={200} defaultValue="1.0.0" />
        </Field>
      </Form>
    </section>
  );
}
