//! `/settings`: the settings of the node, for operators.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { text } from "@/shared/search";

export interface SettingsSearch {
  text?: string | undefined;
}

export const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  validateSearch: (raw: Record<string, unknown>): SettingsSearch => ({ text: text(raw, "text", 100) }),
  component: lazyRouteComponent(() => import("./page"), "SettingsPage"),
});
