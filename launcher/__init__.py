"""Starts and watches every process of the whole on one machine: for the demo, tests and benches."""
