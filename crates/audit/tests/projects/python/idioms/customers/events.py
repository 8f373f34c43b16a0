class CustomerEvents:
    CREATED = "customer.created"
    UPDATED = "customer.updated"
    DELETED = "customer.deleted"


RESOURCE = "user"
