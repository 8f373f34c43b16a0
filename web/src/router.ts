//! Every route on one page.

import { createRouter } from "@tanstack/react-router";
import { basePath } from "@/api/base";
import { catalogRoute } from "@/routes/catalog/route";
import { coverageRoute } from "@/routes/coverage/route";
import { deliveriesRoute } from "@/routes/deliveries/route";
import { eventsRoute } from "@/routes/events/route";
import { keysRoute } from "@/routes/keys/route";
import { nodesRoute } from "@/routes/nodes/route";
import { operationalEventsRoute } from "@/routes/operational-events/route";
import { overviewRoute } from "@/routes/overview/route";
import { portalLinksRoute } from "@/routes/portal-links/route";
import { replaysRoute } from "@/routes/replays/route";
import { rootRoute } from "@/routes/root";
import { portalLink } from "@/portal/link";
import { settingsRoute } from "@/routes/settings/route";
import {
  editSubscriptionRoute,
  newSubscriptionRoute,
  subscriptionRoute,
  subscriptionsRoute,
} from "@/routes/subscriptions/route";
import { testingRoute } from "@/routes/testing/route";
import { welcomeRoute } from "@/routes/welcome/route";
import { tenantsRoute } from "@/routes/tenants/route";
import { FailedScreen, NotFoundScreen } from "@/frame/screens/Failed";
import { Loading } from "@/shared/Loading";
import { signInRoute } from "@/session/route";
import { parseSearch, stringifySearch } from "@/shared/search";

const routeTree = rootRoute.addChildren([
  signInRoute,
  overviewRoute,
  deliveriesRoute,
  eventsRoute,
  catalogRoute,
  coverageRoute,
  subscriptionsRoute,
  newSubscriptionRoute,
  subscriptionRoute,
  editSubscriptionRoute,
  testingRoute,
  welcomeRoute,
  portalLinksRoute,
  replaysRoute,
  tenantsRoute,
  keysRoute,
  nodesRoute,
  operationalEventsRoute,
  settingsRoute,
]);

export const router = createRouter({
  routeTree,
  basepath: portalLink?.path ?? basePath,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: FailedScreen,
  defaultNotFoundComponent: NotFoundScreen,
  defaultPendingComponent: Loading,
  scrollRestoration: true,
  scrollToTopSelectors: ["#content"],
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
