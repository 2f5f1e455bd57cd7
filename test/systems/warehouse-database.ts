import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import type { DatabaseServer } from "../support/database-process.ts";
import { openWarehouse } from "./warehouse-client.ts";

/** Rows of the table `orders` of each database. */
export const ORDERS = 100_000;
export const COMPLETED = { status: "completed", errors: [] };

interface Server extends DatabaseServer {
  authority: string;
  address(host?: string): string;
}

interface DatabaseKind {
  type: "postgres" | "mysql";
  /** As messages call it. */
  title: string;
  start(): Promise<Server>;
  /** Statements that make its tables, `orders` with `ORDERS` rows of `id, amount, note, updated_at` among them. */
  tables: string;
  /** The SQL of such a row, its values as the warehouse has them and `|` between them. */
  printed_order: string;
}

/** Starts a database and a server that trusts it, before the tests of a file, and ends both after them. */
export function useDatabase({ type, title, start, tables, printed_order }: DatabaseKind) {
  const state = createStateFolder();
  let started: { database: Server; server: CatchmentProcess } | undefined;

  beforeAll(async () => {
    const database = await start();
    database.print(tables);
    const server = await startCatchment(state.folder, {
      env: {
        ...{ ANONYMOUS_ACCESS: "warehouse", ALLOW_PRIVATE_HOSTS: "localhost" },
        NODE_EXTRA_CA_CERTS: database.authority,
      },
    });
    started = { database, server };
  });

  afterAll(async () => {
    await started?.server.stop();
    await started?.database.stop();
    state.remove();
  });

  const world = () => {
    if (!started) throw new Error(`${title} is not started`);
    return { ...started, warehouse: openWarehouse(started.server) };
  };
  /** A source of some tables, whose address is in the vault. */
  const create = async (name: string, config: Record<string, unknown>, address = world().database.address()) => {
    const key = `${name.toUpperCase()}_URL`;
    await world().warehouse.create(name, type, { credentials_env: key, ...config }, { [key]: address });
  };
  /** What `check` says of a new source. */
  const said = async (name: string, config: Record<string, unknown>, address?: string) => {
    await create(name, config, address);
    return String(await world().warehouse.check(name));
  };
  const printed = () => world().database.print(`SELECT ${printed_order} FROM orders ORDER BY id`).split("\n");
  const loaded = (source: string) =>
    world().warehouse.rowsOf(`raw_${source}__orders`, "id, amount, note, updated_at", "id", ORDERS + 1);
  return { type, title, start, world, create, said, printed, loaded };
}

type DatabaseTests = ReturnType<typeof useDatabase>;

/** What holds for the rows of `orders`, whatever happens to them and to the server meanwhile. */
export function testOrders({ world, create, printed, loaded }: DatabaseTests): void {
  it("loads 100,000 rows as the database's own client prints them, then only what has changed", async () => {
    const { warehouse, database } = world();
    await create("shop", { table_names: ["orders"], tables: { orders: { cursor_column: "updated_at" } } });
    expect(await warehouse.sync("shop")).toMatchObject(COMPLETED);
    expect(await loaded("shop")).toEqual(printed());

    database.print(`UPDATE orders SET note = 'changed', updated_at = '2025-01-01' WHERE id IN (7, 99999);
      INSERT INTO orders VALUES (${ORDERS + 1}, 5, 'new', '2025-01-02')`);
    const { results } = Object(await warehouse.sync("shop"));
    // The two, the new one, and the last one of before, which is read again.
    expect(results).toEqual({ source: "shop", rows: 4 });
    expect(await loaded("shop")).toEqual(printed());
  });

  it("has every row once, and the newest value of one that changes while pages are read", async () => {
    const { warehouse, database } = world();
    await create("moving", { table_names: ["orders"], tables: { orders: { cursor_column: "updated_at" } } });
    const id = await warehouse.start("moving");
    await warehouse.untilUnderWay(id, ORDERS);
    database.print("UPDATE orders SET note = 'moved', updated_at = '2026-01-01' WHERE id IN (1, 90000)");
    expect(await warehouse.job(id)).toMatchObject({ status: "running" });
    expect(await warehouse.ended(id)).toMatchObject(COMPLETED);
    expect(await loaded("moving")).toEqual(printed());
  });

  it("has every row once when one without a cursor changes while pages are read", async () => {
    const { warehouse, database } = world();
    await create("whole", { table_names: ["orders"] });
    const id = await warehouse.start("whole");
    await warehouse.untilUnderWay(id, ORDERS);
    database.print("UPDATE orders SET note = 'unseen' WHERE id IN (2, 3)");
    expect(await warehouse.ended(id)).toMatchObject(COMPLETED);
    const ids = await warehouse.rowsOf("raw_whole__orders", "id", "id", ORDERS + 1);
    expect(ids).toEqual(database.print("SELECT id FROM orders ORDER BY id").split("\n"));
  });

  it("goes on when the server is killed in the middle and comes back", async () => {
    const { warehouse, database } = world();
    await create("broken", { table_names: ["orders"] });
    const id = await warehouse.start("broken");
    await warehouse.untilUnderWay(id, ORDERS);
    await database.kill();
    await vi.waitFor(async () => expect((await warehouse.job(id)).next_attempt_at).not.toBeNull(), 30_000);
    await database.restart();
    expect(await warehouse.ended(id)).toMatchObject(COMPLETED);
    expect(await loaded("broken")).toEqual(printed());
  });
}

/** A server whose certificate nobody vouches for gets no password. */
export function testStranger({ title, start, said }: DatabaseTests): void {
  it("a database whose certificate is of an authority that we do not know is not logged in to", async () => {
    const stranger = await start();
    const answer = await said("stranger", {}, stranger.address());
    await stranger.stop();
    expect(answer).toMatch(new RegExp(`^${title} localhost:\\d+: TLS failed: `));
  });
}
