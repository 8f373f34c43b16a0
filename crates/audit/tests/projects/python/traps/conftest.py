import pytest

from events import get_event_bus


@pytest.fixture
def published():
    bus = get_event_bus()
    bus.publish(event_type="review.removed", event_data={})
    return bus
