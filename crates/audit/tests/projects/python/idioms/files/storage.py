from webhooks import Event, WebhookEvent, get_event_bus, publish_resource_event


def _file_event(file, action, tenant_id):
    _relay(file, f"file.{action}", tenant_id)


def _relay(file, name, tenant_id):
    publish_resource_event(file, name, tenant_id)


def upload(file, tenant_id):
    file.save()
    publish_resource_event(file, WebhookEvent.FILE_UPLOADED, tenant_id)


def remove(file, tenant_id):
    file.delete()
    _file_event(file, "deleted", tenant_id)


def scan(file, scanner, tenant_id):
    verdict = scanner.scan(file)
    get_event_bus().dispatch(Event(type="file.scan_completed", data={"clean": verdict}, tenant_id=tenant_id))
