def check_storage(client):
    return client.ping()
