//! The part of the form that chooses events and shapes requests: filter, channels, transformation, request, compression.

import type { TransformationTest } from "@/api/types";
import type { Compression, HttpVersion, RequestMethod, Subscription, SubscriptionFields, TemplateName } from "@/api/types";

/** The server masks values that may be credentials for sessions that may not read secrets. */
export const MASKED = "***";

export interface Pair {
  name: string;
  value: string;
}

export interface ShapeValues {
  filter: string;
  channels: string[];
  form: "none" | "template" | "script";
  template: TemplateName;
  routingKey: string;
  severity: string;
  priority: string;
  script: string;
  method: RequestMethod;
  path: string;
  query: Pair[];
  compression: "none" | Compression;
  httpVersion: HttpVersion;
}

export const SCRIPT = `export default function (webhook) {
  webhook.body = { text: \`\${webhook.type} of \${webhook.tenant}\` };
  return webhook;
}
`;
export const FILTER_MAX = 4000;
export const SCRIPT_MAX = 65_536;

export const TEMPLATES: TemplateName[] = ["slack", "discord", "microsoft-teams", "pagerduty", "opsgenie", "cloudevents", "cloudevents-binary", "form"];
export const SEVERITIES = ["critical", "error", "warning", "info"];
export const PRIORITIES = ["P1", "P2", "P3", "P4", "P5"];

export const NO_SHAPE: ShapeValues = {
  filter: "",
  channels: [],
  form: "none",
  template: "slack",
  routingKey: "",
  severity: "error",
  priority: "P3",
  script: SCRIPT,
  method: "POST",
  path: "",
  query: [],
  compression: "none",
  httpVersion: "auto",
};

type Shaped = Pick<Subscription, "filter" | "channels" | "transformation" | "request" | "compression" | "http_version">;

export function toShape({ filter, channels, transformation, request, compression, http_version: httpVersion }: Shaped): ShapeValues {
  const options: Record<string, unknown> = transformation?.options ?? {};
  const option = (name: string, fallback: string) => (options[name] === undefined ? fallback : String(options[name]));
  return {
    ...NO_SHAPE,
    filter: filter ?? "",
    channels,
    form: transformation?.template ? "template" : transformation?.script ? "script" : "none",
    template: transformation?.template ?? NO_SHAPE.template,
    script: transformation?.script ?? NO_SHAPE.script,
    routingKey: option("routing_key", ""),
    severity: option("severity", NO_SHAPE.severity),
    priority: option("priority", NO_SHAPE.priority),
    method: request?.method ?? "POST",
    path: request?.path ?? "",
    query: Object.entries(request?.query ?? {}).map(([name, value]) => ({ name, value: String(value) })),
    compression: compression ?? "none",
    httpVersion: httpVersion ?? "auto",
  };
}

type ShapeFields = Pick<SubscriptionFields, "filter" | "channels" | "transformation" | "request" | "compression" | "http_version">;

export function shapeFields(values: ShapeValues): ShapeFields {
  return {
    filter: values.filter.trim() || null,
    channels: values.channels,
    transformation: transformationOf(values),
    request: requestOf(values),
    compression: values.compression === "none" ? null : values.compression,
    http_version: values.httpVersion,
  };
}

export function transformationOf(values: ShapeValues): NonNullable<ShapeFields["transformation"]> | null {
  switch (values.form) {
    case "none":
      return null;
    case "script":
      return { script: values.script };
    case "template":
      // The document calls it an object without naming its values.
      return { template: values.template, options: optionsOf(values) as Record<string, never> };
  }
}

function optionsOf({ template, routingKey, severity, priority }: ShapeValues): Record<string, string> {
  if (template === "pagerduty") return { routing_key: routingKey.trim(), severity };
  return template === "opsgenie" ? { priority } : {};
}

export function requestOf({ method, path, query }: ShapeValues): ShapeFields["request"] {
  const named = Object.fromEntries(query.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]));
  if (method === "POST" && path.trim() === "" && Object.keys(named).length === 0) return null;
  return { method, path: path.trim() || null, query: named as Record<string, never> };
}

/** 32 characters in the place of a key that this session does not see, or that is not typed yet. */
const PLACEHOLDER = "0".repeat(32);

/** The transformation as it is tried: a key that is not known has a place holder. */
export function trialTransformation(values: ShapeValues): TransformationTest["transformation"] {
  const routingKey = values.routingKey.trim();
  const hidden = routingKey === "" || routingKey === MASKED;
  return (transformationOf(hidden ? { ...values, routingKey: PLACEHOLDER } : values) ?? null) as TransformationTest["transformation"];
}
