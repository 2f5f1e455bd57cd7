import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type Bucket, openBucket } from "../../support/bucket-server/client.ts";
import { type Harvesting, openHarvesting, WRITTEN_AT } from "./harvests.ts";

const file = (text: string) => ({ "run1/a.csv": { text, modified_at: WRITTEN_AT } });

/** An instrument whose files go to a bucket. */
async function intoBucket({ config }: Bucket, text: string, instrument: object = {}): Promise<Harvesting> {
  const harvesting = await openHarvesting({ files: file(text) }, instrument);
  const { admin, schedule_id } = harvesting;
  const storage = { name: "Bucket", type: "s3", connection_config: config, base_path: "/archive" };
  const { id } = await admin.create("/api/storage-locations", storage);
  await admin.ask("PATCH", `/api/schedules/${schedule_id}`, { default_storage_location_id: id });
  return harvesting;
}

const suffixed = (name: string, { instrument_id }: Harvesting) => `${name}~${instrument_id.slice(0, 8)}`;

async function downloaded({ admin, files }: Harvesting): Promise<string> {
  return (await admin.ask("GET", `/api/files/${(await files())["run1/a.csv"].id}/download`)).body;
}

it("two instruments of one name keep their files apart on one storage, however often they are harvested", async () => {
  const bucket = openBucket();
  const first = await intoBucket(bucket, "of the first");
  const second = await intoBucket(bucket, "of the second");
  for (const { harvest } of [first, second, second, first]) {
    expect(await harvest()).toMatchObject({ status: "completed", errors: [], results: { failed: 0 } });
  }
  expect(await bucket.keys()).toEqual([
    "archive/Microscope/run1/a.csv",
    `archive/${suffixed("Microscope", second)}/run1/a.csv`,
  ]);
  expect([await downloaded(first), await downloaded(second)]).toEqual(["of the first", "of the second"]);
});

it("of two that are harvested at once, one has the folder of the name", async () => {
  const bucket = openBucket();
  const both = [await intoBucket(bucket, "one"), await intoBucket(bucket, "two")];
  await Promise.all(both.map(({ harvest }) => harvest()));
  expect(await bucket.keys()).toHaveLength(2);
  expect(await Promise.all(both.map(downloaded))).toEqual(["one", "two"]);
});

it("an instrument that takes the name of another finds its folder taken, also when the other was deleted", async () => {
  const bucket = openBucket();
  const first = await intoBucket(bucket, "of the first");
  await first.harvest();
  await first.admin.ask("PATCH", `/api/instruments/${first.instrument_id}`, { name: "Renamed" });
  const second = await intoBucket(bucket, "of the second");
  await second.harvest();
  await second.admin.ask("DELETE", `/api/instruments/${second.instrument_id}`);
  const third = await intoBucket(bucket, "of the third");
  await third.harvest();
  expect(await bucket.keys()).toEqual(
    ["Microscope", suffixed("Microscope", second), suffixed("Microscope", third)]
      .map((folder) => `archive/${folder}/run1/a.csv`)
      .sort(),
  );
  expect(await downloaded(first)).toBe("of the first");
});

it("files that a hook redirects are kept apart as well, and a dry run says where they would go", async () => {
  const bucket = openBucket();
  const redirecting = {
    ...{ name: "Redirect", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" },
    config: { redirect_rules: [{ pattern: "*", destination: "raw" }] },
  };
  const first = await intoBucket(bucket, "one");
  const { id } = await first.admin.create("/api/hooks", redirecting);
  await first.harvest();
  const second = await intoBucket(bucket, "two");
  await second.harvest();
  expect(await bucket.keys()).toEqual(
    ["raw/Microscope/run1/a.csv", `raw/${suffixed("Microscope", second)}/run1/a.csv`].sort(),
  );
  const { instrument_id } = second;
  const { body } = await second.admin.ask("POST", `/api/hooks/${id}/dry-run`, { instrument_id });
  expect(body.files).toMatchObject([{ destination_path: `/raw/${suffixed("Microscope", second)}/run1/a.csv` }]);
});

it("instruments of one name keep the documented path on storages of their own, and in the lake", async () => {
  const [one, other] = [openBucket(), openBucket()];
  for (const bucket of [one, other]) await (await intoBucket(bucket, "text")).harvest();
  expect([await one.keys(), await other.keys()]).toEqual([
    ["archive/Microscope/run1/a.csv"],
    ["archive/Microscope/run1/a.csv"],
  ]);
  for (let number = 0; number < 2; number++) {
    const { harvest, transfers } = await openHarvesting({ files: file("text") });
    await harvest();
    const [newest] = (await transfers())["run1/a.csv"] ?? [];
    expect(newest.destination_path).toBe("/archive/Microscope/run1/a.csv");
  }
});

it("an instrument that shares its name finds the files of another where folders were not yet kept", async () => {
  const bucket = openBucket();
  const first = await intoBucket(bucket, "of the first");
  await first.harvest();
  await env.DB.prepare("DELETE FROM instrument_folders").run();
  const second = await intoBucket(bucket, "of the second");
  const { default_storage_location_id } = await first.admin.get(`/api/schedules/${first.schedule_id}`);
  await second.admin.ask("PATCH", `/api/schedules/${second.schedule_id}`, { default_storage_location_id });
  for (const { harvest } of [second, first]) await harvest();
  expect(await bucket.keys()).toEqual([
    "archive/Microscope/run1/a.csv",
    `archive/${suffixed("Microscope", second)}/run1/a.csv`,
  ]);
  expect([await downloaded(first), await downloaded(second)]).toEqual(["of the first", "of the second"]);
});

it("an instrument that stores nothing in a folder leaves it to the next", async () => {
  const bucket = openBucket();
  const first = await intoBucket(bucket, "one");
  const rules = [{ pattern: "*", destination: "raw" }];
  await first.admin.create("/api/hooks", {
    ...{ name: "Redirect", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" },
    ...{ config: { redirect_rules: rules }, instrument_id: first.instrument_id },
  });
  const second = await intoBucket(bucket, "two");
  for (const { harvest } of [first, second]) await harvest();
  expect(await bucket.keys()).toEqual(["archive/Microscope/run1/a.csv", "raw/Microscope/run1/a.csv"]);
});

it("the folder of an instrument is asked for once, however many files go there", async () => {
  const operationsFor = async (more: number) => {
    const added = Array.from({ length: more }, (_, index) => [
      `${index}.csv`,
      { text: "text", modified_at: WRITTEN_AT },
    ]);
    const { server, start, world } = await intoBucket(openBucket(), "text");
    await server.change({ files: Object.fromEntries(added) });
    const { job, operations } = await world.work(await start());
    expect(job).toMatchObject({ errors: [], results: { transferred: 1 + more } });
    return operations.filter((operation) => operation.startsWith("d1.")).length;
  };
  const few = await operationsFor(7);
  // Those that go beside each other are committed together, or in two turns.
  expect((await operationsFor(11)) - few).toBeLessThan(4);
});
