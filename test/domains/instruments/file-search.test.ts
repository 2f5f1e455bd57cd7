import { beforeEach, expect, it } from "vitest";
import { aFile, anAdmin, type Caller, errorBody, SHARE } from "./laboratory.ts";

let admin: Caller;
let instrument_id: string;

beforeEach(async () => {
  admin = await anAdmin();
  ({ id: instrument_id } = await admin.create("/api/instruments", SHARE));
});

const search = async (text: string, more = "") => {
  const files: { source_path: string }[] = await admin.get(`/api/files?search=${encodeURIComponent(text)}${more}`);
  return files.map(({ source_path }) => source_path);
};

it("finds files by a part of their path, in any case", async () => {
  await aFile(instrument_id, { path: "2026-01-05/Anna_plate.tif" });
  await aFile(instrument_id, { path: "2026-01-06/notes.txt" });
  expect(await search("anna_PLATE")).toEqual(["2026-01-05/Anna_plate.tif"]);
  expect(await search(" 2026-01-06/ ")).toEqual(["2026-01-06/notes.txt"]);
  expect(await search("nothing")).toEqual([]);
});

it("takes the signs of patterns for themselves", async () => {
  await aFile(instrument_id, { path: "plate #2 (50%).tif" });
  await aFile(instrument_id, { path: "plate_2.tif" });
  expect(await search("%")).toEqual(["plate #2 (50%).tif"]);
  expect(await search("e_2")).toEqual(["plate_2.tif"]);
  expect(await search("*")).toEqual([]);
  expect(await search("' OR 1=1 --")).toEqual([]);
});

it("finds a file by its persistent identifier, and no other", async () => {
  const { persistent_id } = await aFile(instrument_id, { path: "a.tif" });
  await aFile(instrument_id, { path: "b.tif" });
  expect(await search(persistent_id)).toEqual(["a.tif"]);
  expect(await search(persistent_id.slice(0, -1))).toEqual([]);
});

it("searches within an instrument, and counts what it found", async () => {
  await aFile(instrument_id, { path: "run/a.tif" });
  const { id: other } = await admin.create("/api/instruments", { ...SHARE, name: "Other" });
  await aFile(other, { path: "run/b.tif" });
  expect(await search("run/", `&instrument_id=${other}`)).toEqual(["run/b.tif"]);
  expect(await admin.get("/api/files?search=run/&skip=0&limit=1")).toMatchObject({ total: 2, items: [{}] });
});

it.for([
  ["nothing", ""],
  ["blanks", "%20%20"],
  ["too much", "x".repeat(1025)],
])("refuses to search for %s", async ([, text]) => {
  const { status, body } = await admin.ask("GET", `/api/files?search=${text}`);
  expect({ status, body }).toEqual({
    status: 422,
    body: errorBody("VALIDATION_ERROR", expect.any(String), [{ field: "search", message: expect.any(String) }]),
  });
});
