import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { answerOf } from "./syncs.ts";

/** Sends a file in one part to `POST /uploads`, and completes it unless told otherwise. */
async function sendUpload(filename: string, text: string, { complete = true } = {}): Promise<string> {
  const send = async (method: string, path: string, type: string, body: string) => {
    const init = { method, headers: { "Content-Type": type }, body };
    const response = await exports.default.fetch(`http://localhost/uploads${path}`, init);
    return response.json<{ upload_id: string }>();
  };
  const session = JSON.stringify({ filename, purpose: "warehouse" });
  const { upload_id } = await send("POST", "", "application/json", session);
  await send("PUT", `/${upload_id}/parts/1`, "application/octet-stream", text);
  if (complete) await send("POST", `/${upload_id}/complete`, "application/json", "{}");
  return upload_id;
}

function takeUpload(upload_id: string, source = "parts") {
  const form = new FormData();
  form.append("upload_id", upload_id);
  return answerOf("POST", `/sources/${source}/upload-csv`, form);
}

const addSource = () => answerOf("POST", "/sources", { name: "parts", type: "csv" });

it("takes a file that was uploaded in parts, once", async () => {
  await addSource();
  const upload_id = await sendUpload("orders.csv", "id,amount\n1,9.5\n");
  expect(await takeUpload(upload_id)).toMatchObject({ status: 200, body: { file_name: "orders.csv" } });
  const { body } = await answerOf("GET", "/sources/parts/csv-files");
  expect(body).toMatchObject({ files: [{ filename: "orders.csv", size: 16, status: "pending" }] });
  expect(await takeUpload(upload_id)).toMatchObject({
    status: 400,
    body: { message: "upload_id is no completed upload of yours" },
  });
});

it("gives an upload to one of two that use it at once", async () => {
  await addSource();
  await answerOf("POST", "/sources", { name: "others", type: "csv", config: { directory: "data/uploads/others" } });
  const upload_id = await sendUpload("twice.csv", "id\n1\n");
  const answers = await Promise.all([takeUpload(upload_id), takeUpload(upload_id, "others")]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
});

it.each([
  ["nobody", "upload_id is no completed upload of yours"],
  ["", "upload_id is no completed upload of yours"],
])("refuses the upload %j", async (upload_id, message) => {
  await addSource();
  expect(await takeUpload(upload_id)).toMatchObject({ status: 400, body: { message } });
});

it("refuses an upload that is not completed, or is no CSV file, and keeps that one", async () => {
  await addSource();
  const open = await sendUpload("open.csv", "id\n1\n", { complete: false });
  expect(await takeUpload(open)).toMatchObject({ status: 400 });
  const picture = await sendUpload("picture.png", "png");
  expect(await takeUpload(picture)).toMatchObject({ status: 400, body: { message: "Only CSV files are supported" } });
  const kept = await exports.default.fetch(`http://localhost/uploads/${picture}`);
  expect(await kept.json()).toMatchObject({ status: "completed" });
});
