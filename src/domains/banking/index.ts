import type { Domain } from "../../platform/domain.ts";
import { dataFilesRouter } from "./data-files.routes.ts";

/** A person's bank reports: collected daily, listed, previewed and plotted. */
export const banking: Domain = {
  name: "banking",
  routers: [{ prefix: "", router: dataFilesRouter }],
  jobs: [],
};
