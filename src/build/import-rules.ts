import { posix } from "node:path";

/** An import as written: by which file (from the repository's root), of what, and whether of types only. */
export interface Import {
  importer: string;
  specifier: string;
  typeOnly: boolean;
}

interface Zone {
  /** Files that the rule is about, from the repository's root. */
  from: RegExp;
  /** What they must not import: a path from the root, or a package as written. */
  forbidden: RegExp;
  /** Imports among the forbidden that are fine. */
  except?: RegExp;
  /** Importing types is fine: they are gone at run time. */
  typesAllowed?: boolean;
  message: string;
}

/** Who may not import what, as the README's map of folders says. */
const ZONES: Zone[] = [
  {
    from: /^src\/platform\//,
    forbidden: /^src\/(domains|connectors)\//,
    message: "platform knows no domain and no connector: receive it as a value from the domain instead.",
  },
  {
    from: /^src\/(?!index\.ts|build\/)/,
    forbidden: /^src\/(index|app)\.ts$/,
    message: "Only index.ts and the generators import the app: what is shared moves down.",
  },
  {
    from: /^src\/connectors\//,
    forbidden: /^(src|durable-objects)\//,
    except: /^src\/((errors|lazy-modules)\.ts$|formats\/|connectors\/)/,
    message:
      "A connector knows one upstream and nothing else: import formats, errors.ts and other connector files only.",
  },
  {
    from: /^src\/connectors\//,
    forbidden: /^(hono|@hono\/|drizzle-orm|cloudflare:)/,
    message: "A connector has no HTTP server, no database and no bindings: yield pages and let the job store them.",
  },
  {
    from: /^src\/formats\//,
    forbidden: /^(src|durable-objects)\/|^cloudflare:/,
    except: /^src\/(errors\.ts$|formats\/)/,
    message: "formats are pure: import npm packages and other formats only.",
  },
  {
    from: /\.routes\.ts$/,
    forbidden: /^drizzle-orm|(^|[/.])tables\.ts$/,
    message: "A route calls one verb: queries belong in a *.store.ts.",
  },
  {
    from: /\.store\.ts$/,
    forbidden: /^(hono|@hono)(\/|$)/,
    message: "A store takes a database and returns a query: HTTP belongs in a *.routes.ts.",
  },
  {
    from: /^durable-objects\//,
    forbidden: /^src\//,
    except: /^src\/(errors|platform\/events\/protocol)\.ts$/,
    typesAllowed: true,
    message: "A Durable Object is a loudspeaker: import the event protocol only.",
  },
  {
    from: /^src\/(?!index\.ts)/,
    forbidden: /^durable-objects\//,
    typesAllowed: true,
    message: "Only index.ts re-exports Durable Object classes: reach them through their binding.",
  },
  {
    from: /^src\/(?!index\.ts)/,
    forbidden: /^cloudflare:workers$/,
    message: "Bindings come with the context: the app must stay importable in Node.",
  },
  {
    from: /^src\/client\//,
    forbidden: /^(src|durable-objects)\/|^(node|cloudflare):/,
    except: /^src\/client\//,
    message: "The client runs in browsers, too, and knows the API by its generated types: import npm packages only.",
  },
  {
    from: /^src\/(?!client\/|cli\/|dashboard\/)/,
    forbidden: /^src\/client\//,
    message: "The client is for those outside: only the command line and the dashboard import it.",
  },
  {
    from: /^src\/cli\//,
    forbidden: /^(src|durable-objects)\//,
    except: /^src\/(cli|client|build|formats)\/|^src\/config\.ts$/,
    typesAllowed: true,
    message: "A command runs in Node: import no Worker code but types.",
  },
  {
    from: /^src\/(?!build\/|cli\/)/,
    forbidden: /^src\/(build|cli)\//,
    message: "Generators and commands run in Node: the Worker must not import them.",
  },
  {
    from: /^src\/|^durable-objects\//,
    forbidden: /^test\//,
    message: "Code never imports tests.",
  },
];

const DOMAIN = /^src\/domains\/([^/]+)\//;
const DOMAIN_MESSAGE = "One domain never imports another: what two share moves down to platform.";

/** Why an import is not allowed, as a sentence with the way out; null when it is. */
export function findImportProblem({ importer, specifier, typeOnly }: Import): string | null {
  const target = specifier.startsWith(".") ? posix.join(posix.dirname(importer), specifier) : specifier;
  const [, own] = DOMAIN.exec(importer) ?? [];
  const [, other] = DOMAIN.exec(target) ?? [];
  if (own && other && own !== other) return DOMAIN_MESSAGE;
  const broken = ZONES.find(
    ({ from, forbidden, except, typesAllowed }) =>
      from.test(importer) && forbidden.test(target) && !except?.test(target) && !(typesAllowed && typeOnly),
  );
  return broken?.message ?? null;
}
