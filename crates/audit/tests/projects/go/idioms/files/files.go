package files

import (
	"context"

	"example.com/shop/bus"
	"example.com/shop/events"
)

// Upload stores a file.
func Upload(ctx context.Context, id, tenant string) error {
	return bus.PublishResource(ctx, id, events.FileUploaded.String(), tenant)
}

// Remove deletes a file.
func Remove(ctx context.Context, id, tenant string) error {
	return relay(ctx, id, "deleted", tenant)
}

// Scan looks for viruses.
func Scan(ctx context.Context, id, tenant string) error {
	go func() {
		_ = bus.Publish(ctx, "file.scanned", nil, tenant)
	}()
	return nil
}

func relay(ctx context.Context, id, action, tenant string) error {
	return bus.PublishResource(ctx, id, "file."+action, tenant)
}
