import logging

from webhooks.models import WebhookEvent

logger = logging.getLogger(__name__)

OUTCOMES = {True: WebhookEvent.IMPORT_COMPLETED, False: WebhookEvent.IMPORT_FAILED}


async def run_import(job):
    ok = await job.run()
    logger.info("%s", OUTCOMES[ok].value)
    return ok


async def run_export(job):
    ok = await job.run()
    # await get_event_bus().publish(event_type=WebhookEvent.EXPORT_COMPLETED.value, event_data={})
    return ok
