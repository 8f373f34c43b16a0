//! English: the type of all other languages. Each screen has a file of its own below `en/`.

import { deliveries } from "./en/deliveries";
import { events } from "./en/events";
import { frame } from "./en/frame";
import { overview } from "./en/overview";
import { settings } from "./en/settings";
import { shared } from "./en/shared";
import { status } from "./en/status";
import { subscriptions } from "./en/subscriptions";

export const en = {
  shared,
  status,
  frame,
  overview,
  subscriptions,
  deliveries,
  events,
  settings,
};

export type Messages = typeof en;
