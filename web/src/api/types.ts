//! Short names for the wire types that screens use.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type Delivery = Schemas["Delivery"];
export type DeliveryOfTenant = Schemas["DeliveryOfTenant"];
export type DeliveryDetail = Schemas["DeliveryDetail"];
export type Attempt = Schemas["Attempt"];
export type DeliveryCounts = Schemas["DeliveryCounts"];
export type DeliveryStatus = Schemas["DeliveryStatus"];
export type Subscription = Schemas["Subscription"];
export type SubscriptionOfTenant = Schemas["SubscriptionOfTenant"];
export type SubscriptionDetail = Schemas["SubscriptionDetail"];
export type SubscriptionFields = Schemas["SubscriptionFields"];
export type Overview = Schemas["Overview"];
export type Stats = Schemas["Stats"];
export type StatsPeriod = Schemas["StatsPeriod"];
export type RetryPlan = Schemas["RetryPlan"];
export type Tenant = Schemas["Tenant"];
export type PublishedEvent = Schemas["Event"];
export type EventTypeFields = Schemas["EventTypeFields"];
export type EventTypeShown = Schemas["EventTypeShown"];
export type Misfit = Schemas["MisfitShown"];
export type Coverage = Schemas["Coverage"];
export type EventTypeLine = Schemas["EventTypeLine"];
export type Session = Schemas["Session"];
export type SubscriptionCheck = Schemas["SubscriptionCheck"];
export type Accepted = Schemas["Accepted"];
export type EventPreview = Schemas["EventPreview"];
export type Violation = Schemas["Violation"];
export type TestResult = Schemas["TestResult"];
export type CreatedSubscription = Schemas["CreatedSubscription"];
export type Replay = Schemas["Replay"];
export type ReplayDetail = Schemas["ReplayDetail"];
export type ReplayRequest = Schemas["ReplayRequest"];
export type ReplayStatus = Schemas["ReplayStatus"];
export type ReplayPreview = Schemas["ReplayPreview"];
export type LimitsInForce = Schemas["LimitsInForce"];
export type PutTenant = Schemas["PutTenant"];
export type Key = Schemas["Key"];
export type KeyScope = Schemas["Scope"];
export type PortalLink = Schemas["PortalSession"];
export type NewPortalLink = Schemas["NewPortalSession"];
export type PortalCapability = Schemas["PortalCapability"];
export type Node = Schemas["Node"];
export type StoreDetail = Schemas["StoreDetail"];
