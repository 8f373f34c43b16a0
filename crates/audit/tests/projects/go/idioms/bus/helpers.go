package bus

import "context"

// Publish sends one type through the default bus.
func Publish(ctx context.Context, eventType string, data map[string]any, tenant string) error {
	return Default.PublishType(ctx, eventType, data, tenant)
}

// PublishResource sends a message about one resource.
func PublishResource(ctx context.Context, id string, name string, tenant string) error {
	return Publish(ctx, name, map[string]any{"id": id}, tenant)
}
