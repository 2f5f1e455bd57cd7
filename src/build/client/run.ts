import { readFile } from "node:fs/promises";
import { withLock } from "../lock.ts";
import { paths } from "../paths.ts";
import { generateClientTypes } from "./generate.ts";

/** `npm run client`: the client's types, from the OpenAPI document that is committed. */
await withLock(paths.lock, async () => generateClientTypes(await readFile(paths.openapi, "utf8"), paths.clientTypes));
