const LONGEST = 50;

/** A name that sources may have, made of any text: `Sales 2024.csv` becomes `sales_2024`. */
function nameFrom(text: string): string {
  const words = text
    .normalize("NFKD")
    .replace(/\.(csv|tsv|txt)(\.gz)?$/i, "")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? ["files"]).join("_").slice(0, LONGEST).replace(/_$/, "");
}

/** The name itself, or with the first number behind it that makes it free. */
export function freeName(text: string, taken: string[]): string {
  const name = nameFrom(text);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
