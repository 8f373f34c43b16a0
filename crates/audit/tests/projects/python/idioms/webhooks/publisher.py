"""The two wrappers most modules use instead of talking to the bus."""

from .bus import get_event_bus


def publish_event(event_type, payload, tenant_id):
    get_event_bus().publish(event_type=event_type, event_data=payload, tenant_id=tenant_id)


def publish_resource_event(resource, event_type, tenant_id):
    payload = {"id": resource.id, "kind": type(resource).__name__}
    publish_event(event_type, payload, tenant_id)
