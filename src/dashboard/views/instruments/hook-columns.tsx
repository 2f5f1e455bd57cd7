import type { Schemas } from "../../../client/client.ts";
import type { Column } from "../../components/table.tsx";

/** What every list of hooks shows besides the name. */
export const hookColumns: Column<Schemas["Hook"]>[] = [
  { title: "When", cell: ({ trigger }) => (trigger === "pre_transfer" ? "before a transfer" : "after a transfer") },
  { title: "What", cell: ({ builtin_name, implementation }) => (builtin_name ?? implementation).replaceAll("_", " ") },
  { title: "Order", cell: ({ priority }) => priority, isNumber: true },
  { title: "State", cell: ({ enabled }) => (enabled ? "on" : <span class="quiet">off</span>) },
];
