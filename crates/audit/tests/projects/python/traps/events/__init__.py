from events.catalog import *
from events.bus import get_event_bus, subscribe
