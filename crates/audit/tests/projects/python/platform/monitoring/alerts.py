import statsd

from webhooks.models import WebhookEvent

stats = statsd.StatsClient()


def check_threshold(metric, limit):
    if metric.value > limit:
        stats.incr("metric.threshold_exceeded")
        stats.incr(WebhookEvent.METRIC_THRESHOLD_EXCEEDED.value)
        return True
    return False
