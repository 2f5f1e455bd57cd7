import type { NamingColumn } from "../../platform/repair/names.ts";
import { exports, manifest } from "./tables.ts";

/** Files of the lake with the answers that are stored beside them, and exports. */
export const names: NamingColumn[] = [
  { table: manifest, key: manifest.object_key },
  { table: manifest, key: manifest.json_key },
  { table: exports, key: exports.object_key },
];
