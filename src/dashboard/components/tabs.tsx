import { linkTo } from "../app/route.ts";

interface TabsProps {
  label: string;
  view: string;
  /** Parts of the address by what the links say. */
  tabs: Record<string, string>;
  current: string;
}

/** Links to the parts of a view. */
export const Tabs = ({ label, view, tabs, current }: TabsProps) => (
  <nav class="tabs" aria-label={label}>
    {Object.entries(tabs).map(([part, title]) => (
      <a key={part} href={linkTo(view, [part])} aria-current={part === current ? "page" : undefined}>
        {title}
      </a>
    ))}
  </nav>
);
