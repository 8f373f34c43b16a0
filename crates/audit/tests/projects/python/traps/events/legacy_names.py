from events.catalog import *

ORDER_TOPIC = "order.created"
