/// <reference types="vite/types/importMeta.d.ts" />
import { parseProject } from "../../../src/formats/dbt/parse-project.ts";
import type { Project, ProjectFile, ProjectOptions } from "../../../src/formats/dbt/nodes.ts";

const texts = import.meta.glob<string>("../../fixtures/dbt/**/*.{sql,yml,csv,md,py}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const packages = import.meta.glob<string>("../../fixtures/jinja/dbt_utils/**/*.sql", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Files of a fixture, with paths as in a project. */
export function fixtureFiles(name: string): ProjectFile[] {
  return Object.entries(texts).flatMap(([path, content]) => {
    const [, inside] = path.split(`/fixtures/dbt/${name}/`);
    return inside === undefined ? [] : [{ path: inside, content }];
  });
}

/** dbt_utils as a package of a project. */
export const dbtUtils: ProjectFile[] = [
  { path: "dbt_packages/dbt_utils/dbt_project.yml", content: "name: dbt_utils\nversion: 1.3.0\n" },
  ...Object.entries(packages).map(([path, content]) => ({
    path: `dbt_packages/dbt_utils/${path.split("/dbt_utils/")[1]}`,
    content,
  })),
];

/** What a project is read with when a test says nothing else. */
export const options: ProjectOptions = {
  target: { name: "dev", schema: "main", database: "warehouse", type: "sqlite" },
  env: () => undefined,
  started_at: "2026-01-02T03:04:05.000Z",
  invocation_id: "00000000-0000-4000-8000-000000000000",
};

/** Reads a project of files given by their paths. */
export const projectOf = (files: Record<string, string>, more: Partial<ProjectOptions> = {}): Project =>
  parseProject(
    Object.entries(files).map(([path, content]) => ({ path, content })),
    { ...options, ...more },
  );
