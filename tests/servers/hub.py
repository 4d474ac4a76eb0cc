"""A stand-in for the part of the Hugging Face Hub's API that takes a commit of files."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub(ThreadingHTTPServer):
    """One dataset repository, `owner/name`, that asks for a token."""

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.private: bool | None = None
        self.files: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.commits: list[str] = []
        self.blobs: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def commit(self, lines: list[dict[str, Any]]) -> str:
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "header":
                    self.commits.append(value["summary"])
                case "file":
                    self.files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    self.files[value["path"]] = self.blobs[value["oid"]]
                case "deletedFile":
                    del self.files[value["path"]]
        return sha256(str(len(self.commits)).encode()).hexdigest()[:40]


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        return None

    def do_GET(self) -> None:
        if not self._allowed():
            return
        if self.path.endswith("/refs"):
            tags = [
                {"name": name, "ref": f"refs/tags/{name}", "targetCommit": commit}
                for name, commit in self.server.tags.items()
            ]
            self._reply({"branches": [], "converts": [], "tags": tags})
        elif "/tree/main" in self.path:
            self._reply(
                [
                    {"type": "file", "path": path, "size": len(data), "oid": "0" * 40}
                    for path, data in self.server.files.items()
                ]
            )
        else:
            self._reply({"id": "owner/name", "sha": "0" * 40})

    def do_PUT(self) -> None:
        data = self._body()
        self.server.blobs[self.path.rsplit("/", 1)[1]] = data
        assert sha256(data).hexdigest() == self.path.rsplit("/", 1)[1]
        self._reply({})

    def do_POST(self) -> None:
        body = self._body()
        if not self._allowed():
            return
        lines = [json.loads(line) for line in body.splitlines() if line]
        path = self.path.split("?")[0]
        if path == "/api/repos/create":
            self.server.private = lines[0].get("private", lines[0].get("visibility") == "private")
            self._reply({"url": f"{self.server.url}/datasets/owner/name"})
        elif "/preupload/" in path:
            files = [
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if file["path"].endswith(".parquet") else "regular",
                    "shouldIgnore": False,
                }
                for file in lines[0]["files"]
            ]
            self._reply({"files": files})
        elif path.endswith("/info/lfs/objects/batch"):
            objects = [
                one | {"actions": {"upload": {"href": f"{self.server.url}/blobs/{one['oid']}"}}}
                for one in lines[0]["objects"]
            ]
            self._reply({"transfer": "basic", "objects": objects})
        elif "/commit/" in path:
            oid = self.server.commit(lines)
            url = f"{self.server.url}/datasets/owner/name/commit/{oid}"
            self._reply({"success": True, "commitOid": oid, "commitUrl": url})
        elif "/tag/" in path:
            self.server.tags[lines[0]["tag"]] = path.rsplit("/", 1)[1]
            self._reply({})
        else:
            self._reply({})

    def _allowed(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.server.token}":
            return True
        self._reply({"error": "Invalid user token."}, status=401)
        return False

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _reply(self, body: Any, *, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def hub(token: str) -> Iterator[Hub]:
    server = Hub(token)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
