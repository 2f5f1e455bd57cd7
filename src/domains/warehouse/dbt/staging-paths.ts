import { stagingModelName } from "../staging-model.ts";

const FOLDER = "models/staging";

/** Where the model over a source's table is written. */
export const modelPath = (source: string, table: string) => `${FOLDER}/${stagingModelName(source, table)}.sql`;

/** What the paths of a source's models begin with. */
export const modelsPath = (source: string) => `${FOLDER}/${stagingModelName(source, "")}`;

/** Where a source's tables are declared. */
export const sourcesPath = (source: string) => `${FOLDER}/sources_${source}.yml`;

/** Where a source's models are described. */
export const docsPath = (source: string) => `${FOLDER}/stg_${source}.yml`;
