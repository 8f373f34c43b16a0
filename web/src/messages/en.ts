//! English: the type of all other languages. Each screen has a file of its own below `en/`.

import { catalog } from "./en/catalog";
import { coverage } from "./en/coverage";
import { deliveries } from "./en/deliveries";
import { events } from "./en/events";
import { frame } from "./en/frame";
import { overview } from "./en/overview";
import { settings } from "./en/settings";
import { shared } from "./en/shared";
import { status } from "./en/status";
import { subscriptionForm } from "./en/subscriptionForm";
import { subscriptions } from "./en/subscriptions";

export const en = {
  shared,
  status,
  frame,
  overview,
  subscriptions,
  subscriptionForm,
  deliveries,
  events,
  catalog,
  coverage,
  settings,
};

export type Messages = typeof en;
