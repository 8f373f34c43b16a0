// The official libraries without code of the page, with secrets of every form.

import * as standardwebhooks from "standardwebhooks";
import * as svix from "svix";

const make = (Webhook, key) => (typeof key === "string" ? new Webhook(key) : new Webhook(key, { format: "raw" }));

export const standardwebhooksVerify = (key, headers, body) => make(standardwebhooks.Webhook, key).verify(body, headers);

export const svixVerify = (key, headers, body) => make(svix.Webhook, key).verify(body, headers);
