"""Other systems that make model calls, driven side by side with this one.

`run_datatrove` and `run_curator` are modules that a peer's own Python executes: they import the
peer, the standard library and `phase`, never this package. Each uses its peer's documented API, in
its fastest configuration that does the same work, with all that reports elsewhere switched off.
`<peer>.in` says what is installed, `<peer>.txt` pins all of it; to renew a pin:

    uv pip compile --universal --python-version 3.11 --no-annotate --no-header \
        --no-emit-index-url --upgrade benchmarks/peers/<peer>.in -o benchmarks/peers/<peer>.txt
"""
