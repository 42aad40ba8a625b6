"""A registry on loopback that has what a release packed, for tests of what users type: npm packages as npm asks for them, wheels as pip
and uv do (PEP 503). Other names are not there.

    registry.py FOLDER PORT-FILE      # writes its port, then serves until it is ended; what is fetched goes to standard output
"""

import base64
import hashlib
import http.server
import io
import json
import pathlib
import sys
import tarfile
import urllib.parse


def packument(path, base):
    """What npm is told of a package: the manifest in it, where it is and its hash."""
    data = path.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        manifest = json.load(archive.extractfile("package/package.json"))
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    manifest["dist"] = {"tarball": f"{base}/files/{path.name}", "integrity": integrity}
    version = manifest["version"]
    return manifest["name"], {"name": manifest["name"], "dist-tags": {"latest": version}, "versions": {version: manifest}}


def main(folder, port_file):
    folder = pathlib.Path(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).strip("/")
            if name.startswith("files/") and (folder / name[6:]).is_file():
                if self.command == "GET":
                    print(name[6:], flush=True)
                self.answer((folder / name[6:]).read_bytes(), "application/octet-stream")
            elif name == "simple/nospill":
                wheels = sorted(folder.glob("nospill-*.whl"))
                links = (f'<a href="/files/{w.name}#sha256={hashlib.sha256(w.read_bytes()).hexdigest()}">{w.name}</a>' for w in wheels)
                self.answer("<!DOCTYPE html>".encode() + "".join(links).encode(), "text/html")
            elif name in packages:
                self.answer(json.dumps(packages[name]).encode(), "application/json")
            else:
                self.send_error(404)

        def answer(self, data, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    packages = dict(packument(path, f"http://127.0.0.1:{server.server_port}") for path in folder.glob("*.tgz"))
    pathlib.Path(port_file).write_text(f"{server.server_port}\n", encoding="ascii")
    server.serve_forever()


main(*sys.argv[1:])
