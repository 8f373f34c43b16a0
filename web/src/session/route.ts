//! `/sign-in`: the address of the link with a one-time code. Signed in, it leads to the overview.

import { createRoute, redirect } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  beforeLoad: () => {
    throw redirect({ to: "/", replace: true });
  },
});
