"""An engine on each node of a Ray cluster that is there already, driven from this process.

`cluster` is the connection, `node` what runs on a node, `member` one of those seen from here, and
`engine` all of them behind `inference.protocol.Engine`.
"""
