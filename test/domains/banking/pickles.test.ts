import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import malicious from "../../fixtures/pickles/malicious.json" with { type: "json" };
import written from "../../fixtures/pickles/pandas-2.3.3.json" with { type: "json" };
import { sendUnder } from "../../platform/auth/client.ts";
import { newPerson } from "./person.ts";

const ALLOWED = { ALLOW_PICKLE_PREVIEW: "true" };

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"));

function pickled(file: string): Uint8Array<ArrayBuffer> {
  const found = written.cases.find((one) => one.file === file);
  return bytesOf(found?.pickle ?? "");
}

/** Uploads a pickle and asks for it under settings. */
async function ask(content: Uint8Array<ArrayBuffer>, question: string, settings: Record<string, string> = ALLOWED) {
  const person = await newPerson();
  expect((await person.upload("report.pkl", content)).status).toBe(201);
  const answer = await sendUnder(settings, "GET", `/data/files/report.pkl/${question}`, { token: person.token });
  return { status: answer.status, body: await answer.json<Record<string, unknown>>() };
}

describe("a pickle", () => {
  it("is not read until the operator allows it", async () => {
    for (const question of ["preview", "series?y=a"]) {
      const { status, body } = await ask(pickled("df_num.p5.pkl"), question, {});
      expect([status, body["error"]]).toEqual([403, "DESERIALIZATION_DISABLED"]);
    }
  });

  it("above its own limit is refused", async () => {
    const { status, body } = await ask(pickled("df_num.p5.pkl"), "preview", { ...ALLOWED, PICKLE_MAX_BYTES: "10" });
    expect([status, body["error"]]).toEqual([413, "FILE_SIZE_EXCEEDED"]);
  });

  it.each(malicious.map(({ file, pickle }) => [file, pickle]))("%s is inert", async (_, pickle) => {
    const { status, body } = await ask(bytesOf(pickle ?? ""), "preview");
    expect([status, body["error"]]).toEqual([400, "DESERIALIZATION_ERROR"]);
  });

  it("of a frame is previewed with pandas' types, and plotted", async () => {
    const preview = await ask(pickled("df_report.p5.pkl"), "preview?rows=1");
    expect(preview).toEqual({
      status: 200,
      body: {
        preview: {
          type: "dataframe",
          columns: [
            { name: "date", dtype: "datetime64[ns]" },
            { name: "text", dtype: "object" },
            { name: "value", dtype: "float64" },
            { name: "ok", dtype: "bool" },
            { name: "n", dtype: "int64" },
          ],
          rows: [{ date: expect.stringMatching(/^2024-01-01/), text: "Coffee", value: 42, ok: true, n: 0 }],
          n_rows: 5,
        },
      },
    });
    expect(await ask(pickled("df_report.p5.pkl"), "series?y=value")).toEqual({
      status: 200,
      body: {
        x: ["2024-01-01T00:00:00", "2024-01-01T01:00:00", "2024-01-01T03:00:00", "2024-01-01T04:00:00"],
        y: [42, 43.5, 1, 2],
        meta: { y_column: "value", x_column: "date", n_points: 4, total_points: 4 },
      },
    });
  });

  it.each([
    ["series_num.p5.pkl", { type: "series", index: [0, 1, 2], values: [1, 2, null], n_rows: 3 }],
    ["plain_list.p4.pkl", { type: "list", sample: [1, 2, 3, "x", null, null, null], length: 7 }],
    ["np_int64.p5.pkl", expect.objectContaining({ type: "ndarray" })],
    ["plain_dict.p5.pkl", expect.objectContaining({ type: "dict", sample_keys: expect.arrayContaining(["a", "b"]) })],
  ])("%s is previewed as what it is", async (file, preview) => {
    expect(await ask(pickled(file), "preview")).toEqual({ status: 200, body: { preview } });
  });

  it("of a series is plotted over the times of its index", async () => {
    expect(await ask(pickled("series_dt.p5.pkl"), "series?y=v&max_points=10")).toMatchObject({
      status: 200,
      body: { x: expect.arrayContaining(["2024-01-01T00:00:00", "2024-01-01T04:00:00"]), y: [0, 1, 2, 3, 4] },
    });
  });
});
