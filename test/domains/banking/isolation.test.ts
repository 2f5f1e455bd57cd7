import { describe, expect, it } from "vitest";
import { ADMIN } from "../../platform/auth/client.ts";
import { beginLife, type House, type Life, openHouse } from "./life.ts";
import { findTraces } from "./traces.ts";

interface Operation {
  method: string;
  path: string;
}

const METHODS = ["get", "post", "put", "patch", "delete"];
/** Where anything of a person can be asked for: the bank's own paths, and those of their jobs and sockets. */
const PERSONAL = /^\/(user|data|netbank|jobs|ws)(\/|$)/;
/** They end or change the stranger's own session, which the walk needs; they name nobody else's. */
const OWN_SESSION = /^\/user\/(login|logout|register|unregister|refresh|password-reset)$/;

async function listOperations(house: House): Promise<Operation[]> {
  const { paths } = await house.ask("GET", "/openapi.json");
  return Object.entries(paths as Record<string, object>)
    .filter(([path]) => PERSONAL.test(path) && !OWN_SESSION.test(path))
    .flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => METHODS.includes(method))
        .map((method) => ({ method: method.toUpperCase(), path })),
    );
}

/** What the owner has, by the name that paths give it, and what nobody has. */
type Names = Record<string, { theirs: string; nobodys: string }>;

async function namesOf(house: House, { token, runs, texts }: Life): Promise<Names> {
  const [run = ""] = runs;
  const { reports } = await house.ask("GET", "/data/reports", { token });
  const report = (reports as { id: string }[])[0]?.id ?? "";
  const nobodysRun = "job_0000000000000001";
  return {
    filename: { theirs: `${texts.at(-1)}.csv`, nobodys: "absent.csv" },
    id: { theirs: report, nobodys: crypto.randomUUID() },
    run_id: { theirs: run, nobodys: nobodysRun },
    job_id: { theirs: run, nobodys: nobodysRun },
  };
}

function fill(path: string, names: Names, whose: "theirs" | "nobodys"): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const known = names[name];
    if (!known) throw new Error(`Say what a person's {${name}} is, for ${path}`);
    return known[whose];
  });
}

/** An answer without what differs by itself: when it was, and which name was asked for. */
async function answerOf(house: House, operation: Operation, path: string, names: Names, asking: Asking) {
  const { method } = operation;
  const json = method === "GET" || method === "DELETE" ? {} : { json: bodyOf(path) };
  const response = await house.call(method, path, { token: asking.token, headers: asking.headers, ...json });
  if (response.headers.get("Content-Type") === "text/event-stream") {
    await response.body?.cancel();
    return { status: response.status, text: "a stream" };
  }
  let text = await response.text();
  for (const { theirs, nobodys } of Object.values(names)) text = text.replaceAll(theirs, "*").replaceAll(nobodys, "*");
  return { status: response.status, text: text.replace(/"timestamp":"[^"]*"/, "") };
}

interface Asking {
  token: string;
  headers: Record<string, string>;
}

/** Something that the route may take; whether it does is no matter here. */
const bodyOf = (path: string): unknown =>
  path.startsWith("/user/schedule") ? { hour: 4 } : path.startsWith("/netbank/otp") ? { code: "4711000" } : {};

/** Ways in which a cache could let something slip. */
const HEADERS: Record<string, string>[] = [
  {},
  { "If-None-Match": "*" },
  { Range: "bytes=0-9" },
  { Accept: "text/event-stream" },
];

describe("a stranger", () => {
  it.each(["a person", "an admin"])(
    "who is %s finds nothing of somebody by any route, name or cache",
    async (who) => {
      const house = openHouse();
      const owner = await beginLife(house);
      const stranger = await beginLife(house);
      const admin = await house.ask("POST", "/user/login", { json: ADMIN });
      const token = who === "an admin" ? String(admin["access_token"]) : stranger.token;
      const names = await namesOf(house, owner);
      const operations = await listOperations(house);
      expect(operations.length).toBeGreaterThan(30);
      const before = await findTraces(owner.texts);
      const stored = await house.call("GET", `/data/files/${names["filename"]?.theirs}/stream`, { token: owner.token });
      const etag = stored.headers.get("ETag") ?? "";
      await stored.body?.cancel();
      let walked = 0;
      for (const operation of operations) {
        for (const headers of [...HEADERS, { "If-None-Match": etag }]) {
          const asking = { token, headers };
          const where = `${operation.method} ${operation.path} with ${JSON.stringify(headers)}`;
          const theirs = await answerOf(house, operation, fill(operation.path, names, "theirs"), names, asking);
          for (const text of owner.texts) expect(theirs.text, where).not.toContain(text);
          if (!operation.path.includes("{")) continue;
          walked += 1;
          const nobodys = await answerOf(house, operation, fill(operation.path, names, "nobodys"), names, asking);
          expect(theirs, where).toEqual(nobodys);
          expect(theirs.status, where).toBeGreaterThanOrEqual(400);
        }
      }
      expect(walked).toBeGreaterThan(50);
      expect(await findTraces(owner.texts)).toEqual(before);
    },
    120_000,
  );

  it("gets no ticket for somebody's run, and no event of it", async () => {
    const house = openHouse();
    const owner = await beginLife(house);
    const stranger = await beginLife(house);
    const { token } = stranger;
    const [theirs] = owner.runs;
    const [own = ""] = stranger.runs;
    const answers = await Promise.all(
      [theirs, "job_0000000000000001"].map(async (id) => {
        const answer = await house.call("POST", "/ws/ticket", { token, json: { topic: `job:${id}` } });
        return [answer.status, (await answer.text()).replace(/"timestamp":"[^"]*"/, "").replaceAll(String(id), "*")];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(404);

    const feed = await house.call("GET", "/ws?after=0", { token, headers: { Accept: "text/event-stream" } });
    const reader = feed.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    while (!heard.includes(own)) heard += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    for (const text of [...owner.texts, ...owner.runs]) expect(heard).not.toContain(text);
  });

  it("may give their files and reports the names that somebody else's have", async () => {
    const house = openHouse();
    const [owner, stranger] = [await beginLife(house), await beginLife(house)];
    // What both have collected is called `bookings.parquet`; this one they have not.
    const { files } = await house.ask("GET", "/data/list", { token: owner.token });
    const { filename = "" } = (files as { filename: string }[]).find((file) => file.filename.endsWith(".csv")) ?? {};
    const form = new FormData();
    form.set("file", new File(["n\n42\n"], filename));
    await house.send("/data/files", stranger.token, form);
    const read = async (token: string) => (await house.call("GET", `/data/files/${filename}/stream`, { token })).text();
    const theirs = await read(owner.token);
    expect(await read(stranger.token)).toBe("n\n42\n");
    expect(theirs).not.toBe("n\n42\n");
    await house.ask("DELETE", `/data/files/${filename}`, { token: stranger.token });
    expect(await read(owner.token)).toBe(theirs);
  });
});
