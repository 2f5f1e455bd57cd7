import { linkTo, route } from "../../app/route.ts";
import { Lineage } from "./lineage.tsx";
import { ModelList } from "./model-list.tsx";
import { ModelRun } from "./model-run.tsx";
import { ModelRuns } from "./model-runs.tsx";
import { ProjectFile } from "./project-file.tsx";
import { ProjectFiles } from "./project-files.tsx";

const parts: Record<string, string> = { "": "Models", lineage: "Lineage", runs: "Runs", files: "Project files" };

/** Tables made of tables, by a dbt project. */
export function Models() {
  const [, part = "", name] = route.value.path;
  return (
    <>
      <h2>Models</h2>
      <nav class="tabs" aria-label="Parts of the models">
        {Object.entries(parts).map(([key, title]) => (
          <a
            key={key}
            href={linkTo("warehouse", key === "" ? ["models"] : ["models", key])}
            aria-current={key === part ? "page" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      {part === "" && <ModelList />}
      {part === "lineage" && <Lineage />}
      {part === "runs" && (name === undefined ? <ModelRuns /> : <ModelRun key={name} id={name} />)}
      {part === "files" && (name === undefined ? <ProjectFiles /> : <ProjectFile key={name} path={name} />)}
    </>
  );
}
