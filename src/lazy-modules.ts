/** Modules that are built apart by `src/build/lazy-modules.ts`, by name: they would be a burden in the main module. */
export interface LazyModules {
  aws: typeof import("./connectors/clouds/aws/wire.ts");
  "bank-page": typeof import("./connectors/banks/http-page.ts");
  browser: typeof import("./connectors/banks/browser-page.ts");
  dbt: typeof import("./formats/dbt/engine.ts");
  mysql: typeof import("./connectors/sources/mysql/source.ts");
  pickle: typeof import("./formats/pickle/read-pickle.ts");
  postgres: typeof import("./connectors/sources/postgres/source.ts");
  sftp: typeof import("./connectors/filesystems/sftp/client.ts");
  smb: typeof import("./connectors/filesystems/smb/client.ts");
  regex: typeof import("./formats/linear-regex.ts");
  reports: typeof import("./formats/reports/read-report.ts");
}

/**
 * Loads a module on first use. Classes of it are not those of the main module, except `AppError`, which knows its own
 * kind everywhere.
 */
export async function loadLazily<Name extends keyof LazyModules>(name: Name): Promise<LazyModules[Name]> {
  // A variable, so that the bundler does not follow it.
  const path = `./lazy/${name}.js`;
  return (await import(path)) as LazyModules[Name];
}
