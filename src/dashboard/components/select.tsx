interface SelectProps {
  name: string;
  /** The option to begin with. */
  initial: string;
  /** What the options say, by their value. */
  options: Record<string, string>;
}

/** A choice in a form; a `select` of Preact knows no `defaultValue`, so that each option says whether it is chosen. */
export const Select = ({ name, initial, options }: SelectProps) => (
  <select name={name}>
    {Object.entries(options).map(([value, title]) => (
      <option key={value} value={value} selected={value === initial}>
        {title}
      </option>
    ))}
  </select>
);
