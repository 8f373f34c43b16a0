//! Spanish. The compiler compares it with English.

import type { Messages } from "./en";
import { deliveries } from "./es/deliveries";
import { events } from "./es/events";
import { frame } from "./es/frame";
import { overview } from "./es/overview";
import { settings } from "./es/settings";
import { shared } from "./es/shared";
import { status } from "./es/status";
import { subscriptions } from "./es/subscriptions";

export const es = {
  shared,
  status,
  frame,
  overview,
  subscriptions,
  settings,
  deliveries,
  events,
} satisfies Messages;
