/** A type in short: `string`, `string/date-time`, `integer`, `enum:A|B`, `any`, `#Schema`, `[]#Schema`, `{}string`. */
export type ShortType = string | { [property: string]: ShortType };

/** A method as Google's discovery document has it, without what tests do not use. */
export interface Method {
  id: string;
  verb: string;
  host: string;
  /** From the host on; each part in braces stands for one part, or with `+` for all the rest of a name. */
  path: string;
  query: Record<string, ShortType>;
  /** Members of the body of a POST. */
  body: string[];
  response: string;
}

/** The parts of Google's discovery documents that tests use. */
export interface Discovery {
  methods: Method[];
  /** Schemas by the name and version of their document. */
  schemas: Record<string, Record<string, Record<string, ShortType>>>;
}

/** The name and version of the document of a method: `compute.v1`. */
export const documentOf = (method: Method): string => method.id.split(":")[0] ?? "";
