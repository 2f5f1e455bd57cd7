import type { ComponentType } from "preact";

export interface ViewEntry {
  title: string;
  /** The view's code, fetched when it is first looked at. */
  load: () => Promise<{ View: ComponentType }>;
}

/** Every view by its name in the address, in the order of the navigation; adding one is one line here. */
export const views: Record<string, ViewEntry> = {
  overview: { title: "Overview", load: () => import("../views/overview/overview.tsx") },
  jobs: { title: "Jobs", load: () => import("../views/jobs/jobs.tsx") },
  "market-data": { title: "Market data", load: () => import("../views/market-data/market-data.tsx") },
  inventory: { title: "Inventory", load: () => import("../views/inventory/inventory.tsx") },
  warehouse: { title: "Warehouse", load: () => import("../views/warehouse/warehouse.tsx") },
  banking: { title: "Banking", load: () => import("../views/banking/banking.tsx") },
  instruments: { title: "Instruments", load: () => import("../views/instruments/instruments.tsx") },
  settings: { title: "Settings", load: () => import("../views/settings/settings.tsx") },
};

export const FIRST_VIEW = "overview";
