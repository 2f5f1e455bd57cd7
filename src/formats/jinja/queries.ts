import { templateFault } from "./template-errors.ts";

/** What a function throws that needs the rows of a query before the template can go on. */
export class NeedsQuery extends Error {
  readonly sql: string;

  constructor(sql: string) {
    super("The template needs the result of a query");
    this.sql = sql;
  }
}

/** Answers that are there already, for the functions of one rendering. */
export interface Queries<Answer> {
  /** The answer to this SQL. Throws `NeedsQuery` when it is not there yet. */
  answer(sql: string): Answer;
}

/** Different queries that one template may ask. */
const MOST_QUERIES = 100;

/**
 * Renders until every query that the template asks has its answer: `render` is called anew after each, so it must set
 * up its functions anew, too. Throws when the template asks more than 100 different queries.
 */
export async function renderWithQueries<Answer, Result>(
  render: (queries: Queries<Answer>) => Result,
  runQuery: (sql: string) => Promise<Answer>,
): Promise<Result> {
  const answers = new Map<string, Answer>();
  const answer = (sql: string): Answer => {
    const known = answers.get(sql);
    if (known === undefined) throw new NeedsQuery(sql);
    return known;
  };
  for (;;) {
    try {
      return render({ answer });
    } catch (error) {
      if (!(error instanceof NeedsQuery)) throw error;
      if (answers.size >= MOST_QUERIES) throw templateFault(`The template asks more than ${MOST_QUERIES} queries`);
      answers.set(error.sql, await runQuery(error.sql));
    }
  }
}
