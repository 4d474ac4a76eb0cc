#!/bin/sh
# The whole pipeline on the sample corpus, with the embedded engine: no GPU, no account, no network.
# A second call pays no model call again: ingestion and the journal see that nothing has changed.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"

webscale-rl config check
webscale-rl ingest sample_corpus/encyclopedia.jsonl sample_corpus/manuals.jsonl \
    sample_corpus/profiles.jsonl --corpus sample
webscale-rl ingest sample_corpus/bad.jsonl --corpus bad

# 3: all is done, but a gate is shut. Nothing in corpus "bad" is fit to publish, so that is the success here.
status=0
webscale-rl run --all || status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    exit "$status"
fi

webscale-rl status
webscale-rl show --pairs 5

# A release never changes, so every demo makes a new one, which is compared with the one before.
number=1
while [ -e ".webscale-rl/releases/v$number/RELEASE.json" ]; do
    number=$((number + 1))
done
release="v$number"
webscale-rl release --name "$release"
for format in verl trl openrlhf; do
    webscale-rl export --format "$format" --release "$release" --out "exports/$format" --force
done

cat <<END

The dataset:  .webscale-rl/releases/$release  (Parquet; \`load_dataset\` takes it as it is)
Its card:     $PWD/.webscale-rl/releases/$release/card.html
For trainers: exports/verl  exports/trl  exports/openrlhf
Of one pair:  webscale-rl trace QA_ID, with an id from above
The UI:       make dev, then http://127.0.0.1:3000
END
