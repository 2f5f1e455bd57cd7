/** What it takes to write AWS's requests and to read its answers: models and an XML parser, loaded on first use. */
export { readAnswer, readError } from "./answer.ts";
export { modelOf } from "./model.ts";
