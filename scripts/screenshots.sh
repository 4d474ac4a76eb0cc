#!/usr/bin/env bash
# Takes the pictures of the card and the audit page, on the state that `make demo` left. Needs what `make test` installs.
set -eu
cd "$(dirname "$0")/.."
sh scripts/browser.sh
PATH="$PWD/.venv/bin:$PATH"
mkdir -p docs/images
port=${PORT:-3070}

card=$(find "$PWD/.webscale-rl/releases" -name card.html | sort | tail -n 1)
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --hide-scrollbars --window-size=1200,1000 --screenshot=docs/images/card.png "file://$card" >/dev/null 2>&1

setsid webscale-rl audit --port "$port" --dagster-url http://127.0.0.1:3000 >"${TMPDIR:-/tmp}/screenshots.log" 2>&1 &
audit=$!
trap 'kill -9 -- "-$audit"' EXIT
python - "http://127.0.0.1:$port" <<'END'
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
