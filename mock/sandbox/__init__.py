"""The sandbox: a stateful mock that enforces every rule of the contract and remembers edits."""
