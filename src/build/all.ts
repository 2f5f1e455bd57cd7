import { configurationTable, replaceSection } from "./configuration-table.ts";
import { generateClientTypes } from "./client/generate.ts";
import { buildExchanges } from "./exchanges.ts";
import { buildLazyModules } from "./lazy-modules.ts";
import { buildLeanZod } from "./lean-zod.ts";
import { withLock } from "./lock.ts";
import { paths } from "./paths.ts";
import { buildStaticAssets } from "./static-assets.ts";
import { readOrNull, writeIfChanged } from "./write-file.ts";

/** `npm run build`: everything that is generated; wrangler and the tests run it too, perhaps at the same time. */
await withLock(paths.lock, async () => {
  await buildExchanges();
  await buildLazyModules();
  await buildLeanZod();
  // The app reads the list of exchanges when it is imported, so that comes after.
  const { renderApi } = await import("./openapi.ts");
  const openapi = renderApi();
  await writeIfChanged(paths.openapi, openapi);
  await generateClientTypes(openapi, paths.clientTypes);
  await buildStaticAssets(openapi);
  const readme = await readOrNull(paths.readme);
  if (readme) await writeIfChanged(paths.readme, replaceSection(readme, "configuration", configurationTable()));
});
