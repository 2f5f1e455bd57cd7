import type { D1Migration } from "cloudflare:test";
import type { Env } from "../../src/context.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("../../src/index.ts");
    }
    interface Env extends CatchmentEnv {
      TEST_MIGRATIONS: { DB: D1Migration[]; WAREHOUSE: D1Migration[] };
    }
  }
}

type CatchmentEnv = Env;
