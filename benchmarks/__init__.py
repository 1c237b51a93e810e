"""Benchmarks: one file a question, the same workload for photinus and its rivals, each in a process of its own."""
