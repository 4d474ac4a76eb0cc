#!/usr/bin/env bash
# Takes the pictures of the README and the docs, on the state that `make demo` left: the Dagster UI, the card and the
# audit page. Needs what `make test` installs.
set -eu
cd "$(dirname "$0")/.."
sh scripts/browser.sh
PATH="$PWD/.venv/bin:$PATH"
mkdir -p docs/images
port=${PORT:-3070}
DAGSTER_HOME=$(webscale-rl home)
export DAGSTER_HOME
shard=$(webscale-rl status --json | python -c '
import json, sys
print(max(json.load(sys.stdin)["shards"], key=lambda shard: shard["published"])["shard"])')

setsid dagster dev -w workspace.yaml --port "$port" >"${TMPDIR:-/tmp}/screenshots.log" 2>&1 &
server=$!
trap 'kill -9 -- "-$server"' EXIT # the UI, its daemon and its code server
python - "$port" <<'END'
import sys, time, urllib.request
for _ in range(60):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/server_info", timeout=5)
        break
    except OSError:
        time.sleep(1)
else:
    sys.exit("the UI did not come up in a minute")
END

shoot() { # name, path, height
    chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --hide-scrollbars --window-size="1500,$3" \
        --virtual-time-budget=20000 --screenshot="docs/images/$1.png" \
        "http://127.0.0.1:$port$2" >/dev/null 2>&1
}
escaped=$(python -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe=""))' "$shard")
shoot asset_graph "/assets/dataset_release?view=lineage&lineageScope=upstream&lineageDepth=6" 820
shoot checked_qa_partition "/assets/checked_qa?view=partitions&partition=$escaped" 1100
shoot filtered_documents_checks "/assets/filtered_documents?view=checks" 900

card=$(find "$PWD/.webscale-rl/releases" -name card.html | sort | tail -n 1)
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --hide-scrollbars --window-size=1200,1000 --screenshot=docs/images/card.png "file://$card" >/dev/null 2>&1

setsid webscale-rl audit --port $((port + 1)) --dagster-url "http://127.0.0.1:$port" \
    >"${TMPDIR:-/tmp}/screenshots-audit.log" 2>&1 &
audit=$!
trap 'kill -9 -- "-$server" "-$audit"' EXIT
python - "http://127.0.0.1:$((port + 1))" <<'END'
import sys, tempfile, time, urllib.request
from pathlib import Path
from tests.browser.chromium import chromium

url = sys.argv[1]
for _ in range(60):
    try:
        with urllib.request.urlopen(url, timeout=5) as page:
            if b"The index is up to date" in page.read():
                break
    except OSError:
        pass
    time.sleep(1)
else:
    sys.exit("the audit page did not come up in a minute")

with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, chromium(Path(profile), url) as browser:
    light = {"name": "prefers-color-scheme", "value": "light"}
    browser.cdp("Emulation.setEmulatedMedia", features=[light])
    browser.cdp("Emulation.setScrollbarsHidden", hidden=True)

    def shoot(name: str, address: str, width: int = 1400, height: int = 1000, scale: int = 1) -> None:
        browser.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                    deviceScaleFactor=scale, mobile=width < 600)
        browser.open(address)
        browser.driver.save_screenshot(f"docs/images/{name}.png")

    shoot("audit_overview", "/")
    shoot("audit_search", "/pairs?stage=checked_qa")
    browser.open("/pairs?status=published")
    pair = browser.links(".rows .question")[0]
    shoot("audit_pair", pair, height=1300)
    shoot("audit_phone", pair, width=390, height=844, scale=2)
END
