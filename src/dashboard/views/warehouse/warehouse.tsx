import { route } from "../../app/route.ts";
import { Tabs } from "../../components/tabs.tsx";
import { Logs } from "./logs.tsx";
import { Models } from "./models.tsx";
import { SourceAdd } from "./source-add.tsx";
import { SourceDetail } from "./source-detail.tsx";
import { SourceList } from "./source-list.tsx";
import { Sql } from "./sql.tsx";
import { TableDetail } from "./table-detail.tsx";
import { TableList } from "./table-list.tsx";
import { Upload } from "./upload.tsx";

const tabs = { sources: "Sources", upload: "Upload", tables: "Tables", sql: "SQL", models: "Models", logs: "Log" };

/** What comes into the warehouse, what is in it, and what is made of it. */
export function View() {
  const [part = "sources", name, rest] = route.value.path;
  return (
    <>
      <h1>Warehouse</h1>
      <Tabs label="Parts of the warehouse" view="warehouse" tabs={tabs} current={part === "add" ? "sources" : part} />
      {part === "sources" && (name === undefined ? <SourceList /> : <SourceDetail key={name} name={name} />)}
      {part === "add" && <SourceAdd />}
      {part === "upload" && <Upload />}
      {part === "tables" &&
        (name === undefined || rest === undefined ? <TableList /> : <TableDetail schema={name} name={rest} />)}
      {part === "sql" && <Sql />}
      {part === "models" && <Models />}
      {part === "logs" && <Logs />}
      {part !== "add" && !(part in tabs) && <p>There is no such page.</p>}
    </>
  );
}
