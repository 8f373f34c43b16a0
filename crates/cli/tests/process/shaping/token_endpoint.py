"""A token endpoint of OAuth 2.0 client credentials. Appends each request to a file, and answers token-1, token-2, …"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, log, lifetime, delay = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
lock = threading.Lock()
count = 0


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        with lock:
            count += 1
            token = f"token-{count}"
            with open(log, "a") as file:
                entry = {"path": self.path, "authorization": self.headers["authorization"], "body": body}
                file.write(json.dumps(entry) + "\n")
        time.sleep(delay)
        answer = json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": lifetime}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Endpoint).serve_forever()
