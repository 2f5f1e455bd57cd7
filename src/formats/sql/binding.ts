/** How tightly DuckDB binds, https://duckdb.org/docs/stable/sql/query_syntax: `||` less tightly than `+`. */
export const BINDING = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  like: 6,
  other: 7,
  sum: 8,
  product: 9,
  unary: 10,
} as const;
