import { env } from "cloudflare:workers";

interface Hooks {
  /** Sees the text of every statement. */
  prepared?: (text: string) => void;
  /** Is waited for before a batch is run, and after it. */
  before?: () => Promise<void> | undefined;
  after?: () => Promise<void>;
}

/** The database, where something else happens beside the batches. */
export function openBusyDatabase({ prepared, before, after }: Hooks): D1Database {
  const hooks = {
    prepare(text: string) {
      prepared?.(text);
      return env.DB.prepare(text);
    },
    async batch(statements: D1PreparedStatement[]) {
      await before?.();
      const answers = await env.DB.batch(statements);
      await after?.();
      return answers;
    },
  };
  return new Proxy(env.DB, {
    get(database, name) {
      const found: unknown = Reflect.get(name in hooks ? hooks : database, name);
      return typeof found === "function" ? found.bind(database) : found;
    },
  });
}
