package hooks

type HookEventType string

const (
	EndpointCreated HookEventType = "endpoint.created"
	EndpointDeleted HookEventType = "endpoint.deleted"
	DeliveryFailed  HookEventType = "delivery.failed"
)
