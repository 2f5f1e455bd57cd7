import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { exportOwnData } from "../../../src/domains/banking/export.ts";
import { errorBody, makeApiToken, send } from "../../platform/auth/client.ts";
import { testContext } from "../../support/context.ts";
import { openDemoBank } from "../../support/demo-bank/client.ts";
import { beginLife, collect, openHouse } from "./life.ts";
import { newPerson, type Person } from "./person.ts";

async function readArchive(answer: Response): Promise<Record<string, Uint8Array>> {
  return unzipSync(new Uint8Array(await answer.arrayBuffer()));
}

const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const jsonOf = (archive: Record<string, Uint8Array>, name: string): unknown =>
  JSON.parse(textOf(archive[`${name}.json`]));

describe("GET /user/export", () => {
  it("gives a person all rows and files of theirs, nobody else's, and no secret", async () => {
    const bank = await openDemoBank();
    const house = openHouse({ BANK_URLS: JSON.stringify({ "demo-bank": bank.url }), ALLOW_PRIVATE_HOSTS: "127.0.0.1" });
    const other = await beginLife(house);
    const life = await beginLife(house);
    const { token } = life;
    const [run = ""] = life.runs;
    await collect(house, life, bank, run);
    const answer = await house.call("GET", "/user/export", { token });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/zip",
      "content-disposition": expect.stringMatching(/^attachment; filename="catchment-\d{4}-\d\d-\d\d\.zip"$/),
      "cache-control": "no-store",
    });
    const archive = await readArchive(answer);

    expect(jsonOf(archive, "account")).toMatchObject({ id: life.id, email: life.email, role: "user", grants: {} });
    expect(jsonOf(archive, "bank-login")).toEqual({
      bank: "demo-bank",
      stored_at: expect.any(Number),
      refused_at: null,
    });
    expect(jsonOf(archive, "code-forwarder")).toEqual({ created_at: expect.any(Number) });
    expect(jsonOf(archive, "schedules")).toMatchObject([{ job_type: "bank-collect", cron_expression: "0 18 * * *" }]);
    expect(jsonOf(archive, "jobs")).toMatchObject([{ id: run, type: "bank-collect", status: "completed" }]);

    const { files } = await house.ask("GET", "/data/list", { token });
    const names = (files as { filename: string }[]).map(({ filename }) => filename);
    expect(names.length).toBeGreaterThan(2);
    expect((jsonOf(archive, "files") as { filename: string }[]).map(({ filename }) => filename)).toEqual(names);
    for (const name of names) {
      const stored = await house.call("GET", `/data/files/${name}/stream`, { token });
      expect(archive[`files/${name}`]).toEqual(new Uint8Array(await stored.arrayBuffer()));
    }
    const { reports } = await house.ask("GET", "/data/reports", { token });
    const kept = reports as { id: string; filename: string; balances: unknown }[];
    expect(kept.length).toBeGreaterThan(2);
    for (const { id, filename, balances } of kept) {
      const original = await house.call("GET", `/data/reports/${id}/download`, { token });
      expect(archive[`reports/${id}/${filename}`]).toEqual(new Uint8Array(await original.arrayBuffer()));
      expect(jsonOf(archive, "reports")).toContainEqual(expect.objectContaining({ id, balances }));
    }
    expect(Object.keys(archive)).toHaveLength(9 + names.length + kept.length);

    const everything = Object.values(archive).map(textOf).join("\n") + Object.keys(archive).join("\n");
    for (const secret of ["password_hash", "token_version", "sealed", "key_hash", "object_key", ...other.texts]) {
      expect(everything).not.toContain(secret);
    }
  }, 60_000);

  it("of somebody who has nothing is an archive all the same", async () => {
    const archive = await readArchive(await (await newPerson()).get("/user/export"));
    expect(Object.keys(archive).toSorted()).toEqual(
      ["account", "bank-login", "code-forwarder", "files", "jobs", "reports", "schedules", "tokens", "uploads"].map(
        (name) => `${name}.json`,
      ),
    );
    expect(jsonOf(archive, "files")).toEqual([]);
    expect(jsonOf(archive, "bank-login")).toBeNull();
  });

  it("has every file of more than one page of them", async () => {
    const person = await newPerson();
    await Promise.all(Array.from({ length: 130 }, (_, index) => person.upload(`f${index}.json`, "[]")));
    const archive = await readArchive(await person.get("/user/export"));
    expect(Object.keys(archive).filter((name) => name.startsWith("files/"))).toHaveLength(130);
  }, 60_000);

  it("has no name that leads out of its folder", async () => {
    const person = await newPerson();
    const form = new FormData();
    form.set("report", "bookings");
    form.set("file", new File(["date,amount\n2025-01-01,1\n"], "..%2f.. évi kimutatás.csv"));
    const stored = await person.send("POST", "/data/reports", form);
    expect(stored.status).toBe(201);
    const archive = await readArchive(await person.get("/user/export"));
    const names = Object.keys(archive).filter((name) => name.startsWith("reports/"));
    expect(names).toHaveLength(1);
    for (const name of names) expect(name).toMatch(/^reports\/[\da-f-]{36}\/[\w-][\w.-]*$/);
  });

  it("is a person's: 401 for nobody, 403 for a token of the API", async () => {
    const nobody = await send("GET", "/user/export");
    expect([nobody.status, await nobody.json()]).toEqual([
      401,
      errorBody("MISSING_TOKEN", "Authorization header missing"),
    ]);
    expect((await send("GET", "/user/export", { token: await makeApiToken(["warehouse"]) })).status).toBe(403);
  });
});

describe("the archive", () => {
  /** The archive of somebody, and the objects that were opened for it so far. */
  async function open(person: Person) {
    const opened: string[] = [];
    const ctx = testContext();
    const lake = new Proxy(ctx.lake, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (name === "get") opened.push(String(args[0]));
          return member.apply(target, args);
        };
      },
    });
    const principal = { kind: "user", id: person.id, email: "", role: "user", grants: {} } as const;
    const reader = (await exportOwnData({ ...ctx, lake, principal })).getReader();
    return { opened, reader };
  }

  it("opens a file when its turn comes, and none after its reader has gone", async () => {
    const person = await newPerson();
    const content = "n\n" + "1\n".repeat(600_000);
    for (const name of ["a.csv", "b.csv", "c.csv"]) await person.upload(name, content);
    const { opened, reader } = await open(person);
    expect(opened).toEqual([]);
    let bytes = 0;
    while (bytes < 700_000) {
      const { value } = await reader.read();
      expect(value?.byteLength).toBeLessThanOrEqual(256 * 1024);
      bytes += value?.byteLength ?? 0;
    }
    expect(opened).toHaveLength(1);
    await reader.cancel();
    expect(opened).toHaveLength(1);
  });

  it("breaks off rather than leave out a file that is gone", async () => {
    const person = await newPerson();
    await person.upload("a.csv", "n\n1\n");
    const ctx = testContext();
    const [row] = await ctx.db.all<{ object_key: string }>("SELECT object_key FROM data_files");
    await ctx.lake.delete(row?.object_key ?? "");
    const { reader } = await open(person);
    const drain = async () => {
      while (!(await reader.read()).done);
    };
    await expect(drain()).rejects.toThrow("The file was replaced while it was read");
  });
});
